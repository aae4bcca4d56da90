import type { Readable } from 'node:stream';
import { createCatalogue } from '../../access/resources/catalogue.ts';
import type { KubeApi } from '../../kube/api.ts';
import { createIndex } from '../../rbac/bindings-index.ts';
import { listItems } from '../../rbac/read/items.ts';
import { readObjects } from '../../rbac/read/objects.ts';
import { type LoadedMappings, loadMappings } from '../mapping-sources.ts';
import type { Surroundings } from '../surroundings.ts';
import { openCluster } from './cluster-api.ts';
import { detectEks } from './detect-eks.ts';
import { discover, readVersion } from './discover.ts';
import type { AccessFacts } from './facts.ts';
import { isRbacRight, RBAC_KINDS, SOURCE_KINDS, toRight } from './kinds.ts';
import type { SourceOptions } from './options.ts';
import { type Gap, readCluster } from './read-cluster.ts';
import type { Place } from './request.ts';
import { createSnapshotApi } from './snapshot-api.ts';
import { readSnapshotFile } from './snapshot-file.ts';
import { findFacts } from './snapshot-form.ts';

/** What a command needs beside RBAC itself. */
export interface Wanted {
  readonly place: Place;
  /** Mappings, and whether the cluster is one of EKS. */
  readonly mappings: boolean;
  /** ServiceAccounts and namespaces. */
  readonly accounts?: boolean;
}

/**
 * Reads what a question needs, from a snapshot or from the cluster. Whoever asks closes `api`.
 * @throws ConfigurationError where a file or an option is wrong; Error where the cluster cannot be asked
 */
export async function loadFacts(
  options: SourceOptions,
  wanted: Wanted,
  surroundings: Pick<Surroundings, 'env' | 'input'>,
): Promise<AccessFacts> {
  return options.snapshot === undefined
    ? await loadFromCluster(options, wanted, surroundings.env)
    : await loadFromSnapshot(options, wanted, surroundings.input);
}

async function loadFromSnapshot(
  options: SourceOptions,
  { mappings: withMappings }: Wanted,
  input: Readable,
): Promise<AccessFacts> {
  const { snapshot: path = '-' } = options;
  const name = path === '-' ? 'standard input' : path;
  const documents = await readSnapshotFile(path, input);
  const { objects, problems, ignored } = readObjects(documents);
  const facts = findFacts(ignored);
  const lacked = facts?.missing ?? [];
  const mappings = withMappings
    ? await readMappings(options, async () => createSnapshotApi(ignored, lacked))
    : NO_MAPPINGS;
  return {
    source: name,
    kind: 'snapshot',
    index: createIndex(objects, problems),
    gaps: [],
    missing: lacked.filter(isRbacRight),
    catalogue: createCatalogue(facts?.resources),
    mappings,
    isEks:
      facts?.isEks ??
      detectEks(
        '',
        listItems(documents, () => {}),
      ),
    namespace: undefined,
    notes: [...mappings.notes, ...lacked.filter(isOfNames).map(describeUnknownNames)],
  };
}

async function loadFromCluster(
  options: SourceOptions,
  { place, mappings: withMappings, accounts = false }: Wanted,
  env: NodeJS.ProcessEnv,
): Promise<AccessFacts> {
  const { api, server, namespace, notes } = await openCluster(options, env);
  try {
    const inNamespace =
      place.kind === 'all' ? undefined : place.kind === 'default' ? namespace : place.namespace;
    const [reading, discovery, mappings, version] = await Promise.all([
      readCluster(api, accounts ? SOURCE_KINDS : RBAC_KINDS, inNamespace),
      discover(api),
      withMappings ? readMappings(options, async () => api) : NO_MAPPINGS,
      withMappings ? readVersion(api) : '',
    ]);
    const { objects, problems } = readObjects(reading.documents);
    return {
      source: server,
      kind: 'cluster',
      index: createIndex(objects, problems),
      gaps: reading.gaps,
      missing: [],
      catalogue: createCatalogue(discovery.resources),
      mappings,
      isEks: detectEks(
        version,
        listItems(reading.documents, () => {}),
      ),
      namespace,
      api,
      notes: [...notes, ...discovery.notes, ...mappings.notes, ...reading.gaps.flatMap(describeNameGap)],
    };
  } catch (error) {
    api.close();
    throw error;
  }
}

/** What no caveat tells: without these names nothing is decided otherwise, but less is told. */
function describeNameGap({ right }: Gap): readonly string[] {
  return isOfNames(right) ? [describeUnknownNames(right)] : [];
}

function isOfNames(right: string): boolean {
  return SOURCE_KINDS.some((kind) => kind.apiVersion === 'v1' && toRight(kind) === right);
}

function describeUnknownNames(right: string): string {
  return `missing right: ${right}: which of them exist is not known`;
}

const NO_MAPPINGS: LoadedMappings = { sources: [], reservedPrefixes: new Map(), notes: [] };

function readMappings(
  { mapping = ['cluster'], ssoRoleMatch = false }: SourceOptions,
  openApi: () => Promise<KubeApi>,
): Promise<LoadedMappings> {
  return loadMappings({ names: mapping, ssoRoleMatch }, openApi);
}
