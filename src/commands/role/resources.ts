import { listBuiltinResources } from '../../access/resources/builtin.ts';
import type { ApiResource } from '../../kube/api-resource.ts';
import { discoverResources } from '../../kube/discovery.ts';
import { listItems } from '../../rbac/read/items.ts';
import { openCluster } from '../access/cluster-api.ts';
import type { ClusterOptions } from '../access/options.ts';
import { readSnapshotFile } from '../access/snapshot-file.ts';
import { findFacts } from '../access/snapshot-form.ts';
import type { Surroundings } from '../surroundings.ts';

/** The resources that there are, and from where that is known. */
export interface KnownResources {
  readonly source: string;
  readonly resources: readonly ApiResource[];
  readonly notes: readonly string[];
}

/**
 * Nothing but discovery is asked, which everybody may who has logged in.
 * @throws ConfigurationError where an option is wrong; Error where the cluster cannot be asked
 */
export async function readResources(
  options: ClusterOptions,
  { env, input }: Pick<Surroundings, 'env' | 'input'>,
): Promise<KnownResources> {
  const { snapshot } = options;
  if (snapshot !== undefined) {
    const documents = await readSnapshotFile(snapshot, input);
    const { resources } = findFacts(listItems(documents, () => {})) ?? {};
    const source = snapshot === '-' ? 'standard input' : snapshot;
    if (resources !== undefined) return { source, resources, notes: [] };
    const note = `${source} has no resources: these are those of Kubernetes itself; iam-bridge snapshot writes them`;
    return { source: 'Kubernetes 1.36', resources: listBuiltinResources(), notes: [note] };
  }
  const { api, server, notes } = await openCluster(options, env);
  try {
    const { resources, problems } = await discoverResources(api);
    const missing = problems.map((problem) => `discovery: ${problem}: what it has is not in the role`);
    return { source: server, resources, notes: [...notes, ...missing] };
  } finally {
    api.close();
  }
}
