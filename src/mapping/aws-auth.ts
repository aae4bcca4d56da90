import type { Reading } from '../base/watched-state.ts';
import type { StringMap } from '../kube/objects.ts';
import { CONFIG_MAP_RULES } from './read-entry.ts';
import { readAccounts, readEntries, type SectionName, type SectionReadings } from './sections.ts';
import type { SourceNode } from './source-node.ts';
import { readYaml } from './yaml-nodes.ts';

/** What stands for nothing beside blanks; some write it to have a key without a value. */
const EMPTY = new Set(['', '``', '""', "''"]);

/**
 * Reads the data of the ConfigMap aws-auth: texts of YAML behind `mapRoles`, `mapUsers` and `mapAccounts`, whose case
 * counts. Other keys say nothing.
 */
export function readAwsAuth(data: StringMap | undefined): SectionReadings {
  const read = <T>(name: SectionName, take: (node: SourceNode | undefined) => Reading<T>): Reading<T> => {
    const text = data !== undefined && Object.hasOwn(data, name) ? (data[name] ?? '') : '';
    if (EMPTY.has(text.trim())) return { kind: 'absent' };
    const yaml = readYaml(text);
    return yaml.kind === 'read'
      ? take(yaml.node)
      : { kind: 'malformed', problem: `${name}: ${yaml.problem}` };
  };
  return {
    mapRoles: read('mapRoles', (node) => readEntries(node, 'mapRoles', CONFIG_MAP_RULES)),
    mapUsers: read('mapUsers', (node) => readEntries(node, 'mapUsers', CONFIG_MAP_RULES)),
    mapAccounts: read('mapAccounts', readAccounts),
  };
}
