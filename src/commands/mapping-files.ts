import { parseAllDocuments } from 'yaml';
import { ConfigurationError, toError } from '../base/errors.ts';
import { readTextFile } from '../base/text-file.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import { readAwsAuthObject } from '../mapping/aws-auth.ts';
import { readBackendNames } from '../mapping/backend-names.ts';
import { readIdentityMappings } from '../mapping/identity-mappings.ts';
import type { BackendName } from '../mapping/mapper.ts';
import { type MappingSource, toSectionsSource } from '../mapping/mapping-source.ts';
import { readMountedMappings } from '../mapping/mounted-file.ts';
import { readReservedPrefixes } from '../mapping/reserved-prefixes.ts';
import { type Config, createConfig } from './authenticator/config/config.ts';
import { readConfigFile } from './authenticator/config/config-file.ts';
import { RESERVED_PREFIXES_KEY } from './authenticator/config/keys.ts';

/** What a file of `--mapping` holds. */
export interface MappingFile {
  readonly sources: readonly MappingSource[];
  /** Where it is the server's configuration: */
  readonly server?: {
    readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
    /** In the order in which the server asks them; undefined where the file leaves that open. */
    readonly backends: readonly BackendName[] | undefined;
  };
}

/**
 * Reads manifests of aws-auth and of IAMIdentityMappings, or a configuration of the server, which has its own mappings
 * (MountedFile).
 * @param ssoRoleMatch the gate SSORoleMatch
 * @throws ConfigurationError in one sentence, behind `--mapping`
 */
export async function readMappingFile(path: string, ssoRoleMatch: boolean): Promise<MappingFile> {
  try {
    const objects = await readManifests(path);
    if (objects === undefined) return readServerFile(path, createConfig(readConfigFile(path)), ssoRoleMatch);
    const sources = toSources(path, objects, ssoRoleMatch);
    if (sources.length === 0)
      throw new Error(`${path}: it holds neither aws-auth (in kube-system) nor an IAMIdentityMapping`);
    return { sources };
  } catch (cause) {
    throw new ConfigurationError(`--mapping: ${toError(cause).message.split('\n')[0]}`, { cause });
  }
}

const MAX_BYTES = 4 * 1024 * 1024;

/** The objects of a file, also those of lists in it; undefined where it is something else. */
async function readManifests(path: string): Promise<readonly JsonRecord[] | undefined> {
  if (!/\.(?:ya?ml|json)$/i.test(path)) return undefined;
  const documents = parseAllDocuments(await readTextFile(path, MAX_BYTES), { uniqueKeys: false });
  const roots: unknown[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    roots.push(document.toJS());
  }
  return roots.some((root) => isRecord(root) && typeof root['kind'] === 'string')
    ? roots.flatMap(toObjects)
    : undefined;
}

function toObjects(root: unknown): readonly JsonRecord[] {
  if (!isRecord(root)) return [];
  const { kind, items } = root;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items.filter(isRecord)
    : [root];
}

function toSources(
  where: string,
  objects: readonly JsonRecord[],
  permissionSets: boolean,
): readonly MappingSource[] {
  const [map, ...others] = objects.filter(isAwsAuth);
  if (others.length > 0)
    throw new Error(`${where}: aws-auth is in it more than once: keep the one that counts`);
  const mappings = objects.filter(({ kind }) => kind === 'IAMIdentityMapping');
  return [
    ...(map === undefined
      ? []
      : [
          toSectionsSource({ where, backend: 'EKSConfigMap' }, readAwsAuthObject(map), {
            by: 'typed',
            permissionSets,
          }),
        ]),
    ...(mappings.length === 0 ? [] : [readIdentityMappings(where, mappings)]),
  ];
}

function isAwsAuth({ kind, metadata }: JsonRecord): boolean {
  if (kind !== 'ConfigMap' || !isRecord(metadata)) return false;
  const { name, namespace = 'kube-system' } = metadata;
  return name === 'aws-auth' && namespace === 'kube-system';
}

function readServerFile(where: string, config: Config, permissionSets: boolean): MappingFile {
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
