import { readBackendNames } from '../mapping/backend-names.ts';
import type { BackendName } from '../mapping/mapper.ts';
import { type MappingSource, toSectionsSource } from '../mapping/mapping-source.ts';
import { readMountedMappings } from '../mapping/mounted-file.ts';
import { readReservedPrefixes } from '../mapping/reserved-prefixes.ts';
import { type Config, createConfig } from './authenticator/config/config.ts';
import { readConfigFile } from './authenticator/config/config-file.ts';
import { RESERVED_PREFIXES_KEY } from './authenticator/config/keys.ts';

/** A configuration of the server. */
export interface ServerFile {
  readonly sources: readonly MappingSource[];
  readonly server: {
    readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
    /** In the order in which the server asks them; undefined where the file leaves that open. */
    readonly backends: readonly BackendName[] | undefined;
  };
}

/**
 * Reads its own mappings, and what it says of others.
 * @param permissionSets whether entries with `sso` match: the gate SSORoleMatch
 * @throws Error in one sentence that names the file
 */
export function readServerFile(where: string, permissionSets: boolean): ServerFile {
  const config = createConfig(readConfigFile(where));
  const mounted = readMountedMappings({
    mapRoles: config.find('server.mapRoles'),
    mapUsers: config.find('server.mapUsers'),
    mapAccounts: config.find('server.mapAccounts'),
  });
  const source = toSectionsSource({ where, backend: 'MountedFile' }, mounted.sections, {
    by: 'canonical',
    permissionSets,
  });
  const notes = [...mounted.problems, ...mounted.warnings].map((problem) => `${where}: server.${problem}`);
  const isEmpty = source.entries.length === 0 && source.accounts.size === 0 && notes.length === 0;
  const { prefixes } = readReservedPrefixes(config.find(RESERVED_PREFIXES_KEY));
  return {
    sources: [{ ...source, notes: isEmpty ? [`${where}: it has no mappings of its own`] : notes }],
    server: { reservedPrefixes: prefixes, backends: readOrder(config) },
  };
}

function readOrder(config: Config): readonly BackendName[] | undefined {
  const node = config.find('server.backendMode');
  if (node === undefined) return undefined;
  const names = node.kind === 'list' ? node.items : [node];
  return readBackendNames(
    names.flatMap((name) => (name.kind === 'text' ? name.text.split(',').map((each) => each.trim()) : [])),
  ).backends;
}
