import type { RbacIndex } from '../../bindings-index.ts';
import type { Defaults } from '../../defaults/defaults.ts';
import type { PolicyRule, Role } from '../../objects.ts';
import { describeRef, toRefKey } from '../../refs.ts';
import { type RbacFinding, toHousekeeping } from '../finding.ts';
import { findDeadResources, type KnownResources } from './dead-resources.ts';
import { findDeadValues } from './dead-values.ts';

/** Rules that somebody wrote and that match nothing; those of aggregated roles are told of where they are written. */
export function findDeadRules(
  index: RbacIndex,
  known: KnownResources,
  defaults: Defaults,
): readonly RbacFinding[] {
  const local = findOnlyLocal(index);
  return index.objects.roles.flatMap((role) => {
    if (role.aggregation !== undefined) return [];
    return role.rules.flatMap((rule, place) => {
      if (defaults.isRule(role, rule)) return [];
      const where = `${describeRef(role)}, rules[${place}]`;
      return explain(rule, known, local.has(role)).map((what) =>
        toHousekeeping('rule-never-matches', where, what),
      );
    });
  });
}

/** Its resources are the audiences of tokens, whatever they are called (admission plugin NodeRestriction). */
const OF_AUDIENCES = 'request-serviceaccounts-token-audience';

function explain(rule: PolicyRule, known: KnownResources, isOnlyLocal: boolean): readonly string[] {
  const urls = rule.nonResourceURLs !== undefined && isOnlyLocal;
  const named = rule.verbs.includes(OF_AUDIENCES) ? { ...rule, resources: [] } : rule;
  return [
    ...(urls ? ['it has URLs, and the role is bound by RoleBindings alone, which give none'] : []),
    ...findDeadValues(named),
    ...findDeadResources(named, known),
  ];
}

/** Roles that are bound, and by RoleBindings alone. */
function findOnlyLocal({ bindings, roles }: RbacIndex): ReadonlySet<Role> {
  const local = new Map<string, boolean>();
  for (const { binding } of bindings) {
    const key = toRefKey(binding.role);
    local.set(key, (local.get(key) ?? true) && binding.kind === 'RoleBinding');
  }
  const found = bindings.filter(({ binding }) => local.get(toRefKey(binding.role)) === true);
  return new Set(found.flatMap(({ binding }) => roles.find(binding.role) ?? []));
}
