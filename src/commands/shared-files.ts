import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseSharedConfig, type SharedConfig } from '../aws/shared-config.ts';

/** Where the shared files are (AWS SDKs and Tools reference guide, "Location of the shared config and credentials files"). */
function findSharedFiles(env: NodeJS.ProcessEnv): {
  readonly config: string;
  readonly credentials: string;
} {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  const find = (given: string | undefined, name: string): string =>
    given ? given.replace(/^~(?=[/\\])/, home) : join(home, '.aws', name);
  return {
    config: find(env['AWS_CONFIG_FILE'], 'config'),
    credentials: find(env['AWS_SHARED_CREDENTIALS_FILE'], 'credentials'),
  };
}

/** Whose profile is asked for, by flag or environment; undefined where nobody names one. @param given '' where no flag does */
export function findProfileName(given: string, env: NodeJS.ProcessEnv): string | undefined {
  return given || env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || undefined;
}

/** Both files; one that is not there, or may not be read, says nothing. */
export function readSharedFiles(env: NodeJS.ProcessEnv): SharedConfig {
  const { config, credentials } = findSharedFiles(env);
  return parseSharedConfig(read(config), read(credentials));
}

/** At once: there is nothing else to do meanwhile, and a promise takes longer than such a file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
