import type { CallerIdentity } from '../aws/caller-identity.ts';
import { ConfigurationError } from '../base/errors.ts';
import type { KubeApi } from '../kube/api.ts';
import { decideMapping } from '../mapping/chain.ts';
import { CLUSTER_BACKENDS, type ClusterSourceOptions, readClusterSource } from '../mapping/cluster-source.ts';
import type { BackendName, MappingDecision } from '../mapping/mapper.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import type { MappingFile } from './mapping-files.ts';

export interface MappingRequest {
  /** As `--mapping` has them, in the order of precedence. */
  readonly names: readonly string[];
  /** The gate SSORoleMatch. */
  readonly ssoRoleMatch: boolean;
  /** What answers for a cluster. */
  readonly holder?: ClusterSourceOptions['holder'];
}

/** Mappings as they are now, read once. */
export interface LoadedMappings {
  /** In the order of precedence. */
  readonly sources: readonly MappingSource[];
  /** What no username of a backend may begin with. */
  readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
  /** What somebody should know of the sources before an answer is believed: a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads all that `--mapping` names.
 * @param openApi called where a cluster is named, once; whoever gives it closes what it opens
 * @throws ConfigurationError where a name or a file is wrong; Error where the API server cannot be asked
 */
export async function loadMappings(
  { names, ssoRoleMatch, holder = 'cluster' }: MappingRequest,
  openApi: () => Promise<KubeApi>,
): Promise<LoadedMappings> {
  const places = names.flatMap((name) => (name === 'cluster' ? CLUSTER_BACKENDS : [name]));
  const twice = places.find((place, index) => places.indexOf(place) < index);
  if (twice !== undefined)
    throw new ConfigurationError(`--mapping: ${twice} is there twice, and has one place in the order`);
  const files = await Promise.all(
    places.map((place) => (toClusterBackend(place) ? undefined : readFile(place, ssoRoleMatch))),
  );
  const servers = files.flatMap((file) => file?.server ?? []);
  if (servers.length > 1)
    throw new ConfigurationError('--mapping: two configurations of the authenticator: a server has one');
  const api = places.some(toClusterBackend) ? await openApi() : undefined;
  const options = { permissionSets: ssoRoleMatch, holder };
  const sources: MappingSource[] = [];
  for (const [index, place] of places.entries()) {
    const backend = toClusterBackend(place);
    if (backend && api) sources.push(await readClusterSource(backend, api, options));
    else sources.push(...(files[index]?.sources ?? []));
  }
  const [server] = servers;
  return {
    sources,
    reservedPrefixes: server?.reservedPrefixes ?? new Map(),
    notes: [...sources.flatMap(({ notes }) => notes), ...checkOrder(sources, server?.backends)],
  };
}

/** With parsers that a cluster's own mappings need none of. */
async function readFile(path: string, ssoRoleMatch: boolean): Promise<MappingFile> {
  const { readMappingFile } = await import('./mapping-files.ts');
  return await readMappingFile(path, ssoRoleMatch);
}

function toClusterBackend(place: string): (typeof CLUSTER_BACKENDS)[number] | undefined {
  return CLUSTER_BACKENDS.find((name) => name === place);
}

/** The order that was given counts; that the server has another one has to be known. */
function checkOrder(
  sources: readonly MappingSource[],
  configured: readonly BackendName[] | undefined,
): readonly string[] {
  const asked = [...new Set(sources.map(({ backend }) => backend.name))];
  if (configured === undefined || asked.join() === configured.join()) return [];
  return [
    `the configuration has the server ask ${configured.join(', ')}, and here ${asked.join(', ')} is asked: give --mapping in that order`,
  ];
}

/** What the server would say by these mappings; it alone asks EC2 for names of nodes. */
export async function decideByMappings(
  identity: CallerIdentity,
  { sources, reservedPrefixes }: LoadedMappings,
): Promise<MappingDecision> {
  const findNodeName = (): Promise<never> =>
    Promise.reject(new Error('EC2 is not asked here; the server asks it for the name of the node'));
  const backends = sources.map(({ backend }) => backend);
  return await decideMapping(backends, identity, { reservedPrefixes, findNodeName });
}
