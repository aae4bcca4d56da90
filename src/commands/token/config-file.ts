import { parse } from 'yaml';
import { ConfigurationError, toError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import type { TokenRequest } from './request.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * Completes a request by the configuration file of the authenticator: its names ignore case, and what flags or environment
 * say counts before it. The other keys are the server's.
 * @throws ConfigurationError with the name of the file
 */
export async function completeByFile(request: TokenRequest, path: string): Promise<TokenRequest> {
  const get = await readKeys(path);
  const isOn = (name: string): boolean => get(name).toLowerCase() === 'true';
  return {
    ...request,
    clusterId: request.clusterId || get('clusterid'),
    // The README of the Go program has the one name, its code the other.
    roleArn: request.roleArn || get('role') || get('defaultrole'),
    region: request.region || get('region'),
    externalId: request.externalId || get('externalid'),
    sessionName: request.sessionName || (request.forwardSessionName ? '' : get('sessionname')),
    forwardSessionName: request.forwardSessionName || isOn('forwardsessionname'),
    cache: request.cache || isOn('cache'),
    printed: isOn('tokenonly') ? { what: 'token', format: 'text' } : request.printed,
  };
}

/** @returns a scalar as text by its lower-case name; '' where there is none */
async function readKeys(path: string): Promise<(name: string) => string> {
  if (/\.toml$/i.test(path))
    throw new ConfigurationError('--config: TOML is not read here: give it as YAML or JSON');
  try {
    const value: unknown = parse(await readTextFile(path, MAX_BYTES)) ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${path} holds no mapping`);
    const keys = new Map(Object.entries(value).map(([name, each]) => [name.toLowerCase(), toText(each)]));
    return (name) => keys.get(name) ?? '';
  } catch (cause) {
    throw new ConfigurationError(`--config: ${toError(cause).message.split('\n')[0]}`, { cause });
  }
}

function toText(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
}
