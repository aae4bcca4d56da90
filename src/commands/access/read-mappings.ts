import type { KubeApi } from '../../kube/api.ts';
import type { LoadedMappings } from '../mapping-sources.ts';
import type { SourceOptions } from './options.ts';
import type { Wanted } from './wanted.ts';

const NONE: LoadedMappings = { sources: [], reservedPrefixes: new Map(), notes: [] };

/**
 * Mappings, where a command wants any: all that reads them is loaded for that only.
 * @param openApi called where those of a cluster are asked
 */
export async function readMappings(
  { mapping: names = ['cluster'], ssoRoleMatch = false, snapshot }: SourceOptions,
  { mappings: areWanted }: Wanted,
  openApi: () => Promise<KubeApi>,
): Promise<LoadedMappings> {
  if (!areWanted) return NONE;
  const { loadMappings } = await import('../mapping-sources.ts');
  const holder = snapshot === undefined ? 'cluster' : 'snapshot';
  return await loadMappings({ names, ssoRoleMatch, holder }, openApi);
}
