import { ConfigurationError, describeError } from '../../base/errors.ts';
import { readField, type SourceNode } from '../../mapping/source-node.ts';
import { toBoolean, toText } from '../authenticator/config/casts.ts';
import { readConfigFile } from '../authenticator/config/config-file.ts';
import type { TokenRequest } from './request.ts';

/**
 * Completes a request by the configuration file of the authenticator: its names ignore case, and what flags or environment
 * say counts before it. The other keys are the server's.
 * @throws ConfigurationError with the name of the file
 */
export function completeByFile(request: TokenRequest, path: string): TokenRequest {
  const file = readFile(path);
  const get = (name: string): string => convert(file, name, toText) ?? '';
  const isOn = (name: string): boolean => convert(file, name, toBoolean) ?? false;
  return {
    ...request,
    clusterId: request.clusterId || get('clusterID'),
    // The README of the Go program has the one name, its code the other.
    roleArn: request.roleArn || get('role') || get('defaultRole'),
    region: request.region || get('region'),
    externalId: request.externalId || get('externalID'),
    sessionName: request.sessionName || (request.forwardSessionName ? '' : get('sessionName')),
    forwardSessionName: request.forwardSessionName || isOn('forwardSessionName'),
    cache: request.cache || isOn('cache'),
    printed: isOn('tokenOnly') ? { what: 'token', format: 'text' } : request.printed,
  };
}

function readFile(path: string): SourceNode {
  try {
    return readConfigFile(path);
  } catch (cause) {
    throw new ConfigurationError(`--config: ${describeError(cause)}`, { cause });
  }
}

/** A value that is none of its kind says nothing, as to the Go program. */
function convert<T>(
  file: SourceNode,
  name: string,
  cast: (node: SourceNode) => T | undefined,
): T | undefined {
  const node = readField(file, name);
  return node === undefined ? undefined : cast(node);
}
