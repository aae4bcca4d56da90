import { parseAllDocuments } from 'yaml';
import { findNearest } from '../base/edit-distance.ts';
import { ConfigurationError, readErrorCode, toError } from '../base/errors.ts';
import { readTextFile } from '../base/text-file.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import { readAwsAuthObject } from '../mapping/aws-auth.ts';
import { CLUSTER_BACKENDS } from '../mapping/cluster-source.ts';
import { readDynamicDocument, readDynamicSections } from '../mapping/dynamic-file.ts';
import { readIdentityMappings } from '../mapping/identity-mappings.ts';
import { type MappingSource, toSectionsSource } from '../mapping/mapping-source.ts';
import { readServerFile, type ServerFile } from './mapping-server-file.ts';

/** What a file of `--mapping` holds. */
export interface MappingFile {
  readonly sources: readonly MappingSource[];
  /** Where it is the server's configuration. */
  readonly server?: ServerFile['server'];
}

/**
 * Reads manifests of aws-auth and of IAMIdentityMappings, a dynamic file, or a configuration of the server, which has its own
 * mappings (MountedFile).
 * @param ssoRoleMatch the gate SSORoleMatch
 * @throws ConfigurationError in one sentence, behind `--mapping`
 */
export async function readMappingFile(path: string, ssoRoleMatch: boolean): Promise<MappingFile> {
  try {
    return await readFile(path, ssoRoleMatch);
  } catch (cause) {
    const [problem = ''] = toError(cause).message.split('\n');
    throw new ConfigurationError(`--mapping: ${problem}${suggestName(path, cause)}`, { cause });
  }
}

/** A word that is no file may be one for the cluster. */
function suggestName(path: string, cause: unknown): string {
  if (readErrorCode(toError(cause).cause) !== 'ENOENT') return '';
  const nearest = findNearest(path, ['cluster', ...CLUSTER_BACKENDS]);
  return nearest === undefined ? '' : `: did you mean ${nearest}?`;
}

const MAX_BYTES = 4 * 1024 * 1024;

async function readFile(path: string, ssoRoleMatch: boolean): Promise<MappingFile> {
  const text = await readTextFile(path, MAX_BYTES);
  const roots = parseRoots(path, text);
  if (roots.some((root) => isRecord(root) && typeof root['kind'] === 'string')) {
    const sources = toSources(path, roots.flatMap(toObjects), ssoRoleMatch);
    if (sources.length > 0) return { sources };
    throw new Error(`${path}: it holds neither aws-auth (in kube-system) nor an IAMIdentityMapping`);
  }
  return roots.some(isDynamic) ? readDynamicFile(path, text) : readServerFile(path, ssoRoleMatch);
}

/** The documents of a file; none of what a configuration alone can be written in. */
function parseRoots(path: string, text: string): readonly unknown[] {
  if (!/\.(?:ya?ml|json)$/i.test(path)) return [];
  const json = parseJson(text);
  if (json !== undefined) return [json];
  return parseAllDocuments(text, { uniqueKeys: false }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    return document.toJS() as unknown;
  });
}

/** A configuration has its sections below `server`. */
function isDynamic(root: unknown): boolean {
  return isRecord(root) && ['mapRoles', 'mapUsers', 'mapAccounts'].some((name) => Object.hasOwn(root, name));
}

function readDynamicFile(where: string, text: string): MappingFile {
  const sections = readDynamicSections(parseDynamic(where, text), false);
  const rules = { by: 'canonical', permissionSets: false } as const;
  const source = toSectionsSource({ where, backend: 'DynamicFile' }, sections, rules);
  const note = `${where}: taken for a dynamic file, by ARNs: with dynamicfileUserIDStrict the server goes by ids`;
  return { sources: [{ ...source, notes: [note, ...source.notes] }] };
}

function parseDynamic(where: string, text: string): ReturnType<typeof readDynamicDocument> {
  try {
    return readDynamicDocument(text);
  } catch (cause) {
    const problem = `${where}: mapRoles, mapUsers and mapAccounts on top are those of a dynamic file, and ${toError(cause).message}`;
    throw new Error(`${problem}: a configuration has them below server`, { cause });
  }
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
