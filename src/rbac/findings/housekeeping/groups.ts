import type { RbacIndex } from '../../bindings-index.ts';
import { MASTERS } from '../../identity.ts';
import { describeName, describeRef } from '../../refs.ts';
import { type RbacFinding, toHousekeeping } from '../finding.ts';

/** What mappings give, as far as it can be told without a session. */
export interface MappedGroups {
  /** Whether a mapping can give this group. */
  readonly gives: (group: string) => boolean;
  /** Groups that need no session to be known. */
  readonly names: readonly string[];
}

/** Groups that are bound and not given, and the other way round. */
export function findStrayGroups(index: RbacIndex, { gives, names }: MappedGroups): readonly RbacFinding[] {
  const tables = [index.cluster, ...index.namespaces.values()];
  const bound = new Set(tables.flatMap(({ groups }) => [...groups.keys()]));
  const byCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  const stray = [...bound].filter((group) => !group.startsWith('system:') && !gives(group)).sort();
  const idle = [...new Set(names)].filter((group) => !bound.has(group) && !isGiven(group)).sort();
  return [
    ...stray.map((group) => toUnmapped(group, byCase.get(group.toLowerCase()))),
    ...idle.map((group) =>
      toHousekeeping(
        'unbound-group',
        `Group ${describeName(group)}`,
        'a mapping gives it, and no binding knows it',
      ),
    ),
  ];
}

/** They need no binding: one is built in, the others are what bindings of every cluster are for. */
function isGiven(group: string): boolean {
  return group === MASTERS || group === 'system:nodes';
}

function toUnmapped(group: string, other: string | undefined): RbacFinding {
  const hint = other === undefined ? '' : `; a mapping gives ${describeName(other)}, and case counts`;
  const where = describeRef({ kind: 'Group', name: group });
  return toHousekeeping('unmapped-group', where, `it is bound, and no mapping gives it${hint}`);
}
