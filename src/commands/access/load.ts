import type { Surroundings } from '../surroundings.ts';
import type { AccessFacts } from './facts.ts';
import type { SourceOptions } from './options.ts';
import type { Wanted } from './wanted.ts';

/**
 * Reads what a question needs, from a snapshot or from the cluster, of which each is loaded where it is asked. Whoever asks
 * closes `api`.
 * @throws ConfigurationError where a file or an option is wrong; Error where the cluster cannot be asked
 */
export async function loadFacts(
  options: SourceOptions,
  wanted: Wanted,
  { env, input }: Pick<Surroundings, 'env' | 'input'>,
): Promise<AccessFacts> {
  if (options.snapshot !== undefined) {
    const { loadFromSnapshot } = await import('./load-snapshot.ts');
    return await loadFromSnapshot(options, wanted, input);
  }
  const { loadFromCluster } = await import('./load-cluster.ts');
  return await loadFromCluster(options, wanted, env);
}
