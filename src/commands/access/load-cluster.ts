import { createCatalogue } from '../../access/resources/catalogue.ts';
import { createIndex } from '../../rbac/bindings-index.ts';
import { listItems } from '../../rbac/read/items.ts';
import { readObjects } from '../../rbac/read/objects.ts';
import { openCluster } from './cluster-api.ts';
import { detectEks } from './detect-eks.ts';
import { discover, readVersion } from './discover.ts';
import type { AccessFacts } from './facts.ts';
import { describeUnknownNames, isOfNames, RBAC_KINDS, SOURCE_KINDS } from './kinds.ts';
import type { SourceOptions } from './options.ts';
import { readCluster } from './read-cluster.ts';
import { readMappings } from './read-mappings.ts';
import type { Place } from './request.ts';
import type { Wanted } from './wanted.ts';

/** @throws ConfigurationError where an option is wrong; Error where the cluster cannot be asked */
export async function loadFromCluster(
  options: SourceOptions,
  wanted: Wanted,
  env: NodeJS.ProcessEnv,
): Promise<AccessFacts> {
  const { api, server, namespace, notes } = await openCluster(options, env);
  try {
    const [reading, discovery, mappings, version] = await Promise.all([
      readCluster(api, wanted.accounts ? SOURCE_KINDS : RBAC_KINDS, toNamespace(wanted.place, namespace)),
      discover(api),
      readMappings(options, wanted, async () => api),
      wanted.mappings ? readVersion(api) : '',
    ]);
    const { objects, problems } = readObjects(reading.documents);
    // What no caveat tells: without these names nothing is decided otherwise, but less is told.
    const unknown = reading.gaps.map(({ right }) => right).filter(isOfNames);
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
      notes: [...notes, ...discovery.notes, ...mappings.notes, ...unknown.map(describeUnknownNames)],
    };
  } catch (error) {
    api.close();
    throw error;
  }
}

/** Of which the question is; undefined: of none. */
function toNamespace(place: Place, usual: string): string | undefined {
  if (place.kind === 'all') return undefined;
  return place.kind === 'default' ? usual : place.namespace;
}
