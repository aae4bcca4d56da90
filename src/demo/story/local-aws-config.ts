import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type LocalAwsConfig, readLocalAwsConfig } from '../../local-aws/config/read.ts';
import type { Folder } from '../../local-cluster/cleanup.ts';

/**
 * Writes a configuration of the local AWS as a user would, and has it read as a user's is.
 * @param name of the file
 * @throws Error where it is wrong
 */
export async function writeLocalAwsConfig(
  name: string,
  content: object,
  folder: Folder,
): Promise<LocalAwsConfig> {
  const text = stringify(content);
  await folder.write(name, text);
  const reading = readLocalAwsConfig(text, {
    resolve: (path) => join(folder.path, path),
    read: (path) => readFileSync(path, 'utf8'),
  });
  if (reading.kind === 'invalid') throw new Error(`${name}: ${reading.problems.join('; ')}`);
  return reading.config;
}
