import { getOrAdd } from '../../../base/get-or-add.ts';
import { computeAggregation, createSourceFinder } from '../../aggregation.ts';
import type { RbacIndex } from '../../bindings-index.ts';
import type { Defaults } from '../../defaults/defaults.ts';
import type { Role } from '../../objects.ts';
import { describeRef, toRefKey } from '../../refs.ts';
import { toRuleKey } from '../../rule-key.ts';
import { listSome, type RbacFinding, toHousekeeping } from '../finding.ts';

/** Roles that nobody has, and aggregated ones that have what nobody meant. */
export function findOddRoles(
  { objects: { roles }, bindings }: RbacIndex,
  defaults: Defaults,
): readonly RbacFinding[] {
  const bound = new Set(bindings.map(({ binding }) => toRefKey(binding.role)));
  const collectors = new Map<string, Role[]>();
  const findSources = createSourceFinder(roles);
  const aggregated = roles
    .filter(({ aggregation }) => aggregation !== undefined)
    .map((role) => ({ role, sources: findSources(role) }));
  for (const { role, sources } of aggregated) {
    for (const source of new Set(sources)) {
      getOrAdd(collectors, toRefKey(source), () => []).push(role);
    }
  }
  return [
    ...roles.flatMap((role) => {
      if (defaults.isRole(role)) return [];
      const takers = collectors.get(toRefKey(role)) ?? [];
      const widened = listBound(role, collectors, bound);
      return [
        ...(takers.length === 0 && !bound.has(toRefKey(role)) ? [toUnbound(role)] : []),
        ...(widened.length > 0 && role.rules.length > 0 ? [toWidening(role, widened)] : []),
      ];
    }),
    ...aggregated.filter(differs).map(({ role }) => toDiffering(role)),
  ];
}

/** The bound roles that take the rules of a role, directly or through others. */
function listBound(
  role: Role,
  collectors: ReadonlyMap<string, Role[]>,
  bound: ReadonlySet<string>,
): readonly Role[] {
  const reached = new Set<Role>();
  const open = [role];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const taker of collectors.get(toRefKey(next)) ?? []) {
      if (taker === role || reached.has(taker)) continue;
      reached.add(taker);
      open.push(taker);
    }
  }
  return [...reached].filter((one) => bound.has(toRefKey(one)));
}

function toUnbound(role: Role): RbacFinding {
  return toHousekeeping(
    'unbound-role',
    describeRef(role),
    'no binding gives it, and no role takes its rules',
  );
}

function toWidening(role: Role, takers: readonly Role[]): RbacFinding {
  const what = `its labels put its rules into ${listSome(takers.map(describeRef))}, and so into every binding of that`;
  return toHousekeeping('aggregation-widens', describeRef(role), what);
}

interface Aggregated {
  readonly role: Role;
  readonly sources: readonly Role[];
}

function differs({ role, sources }: Aggregated): boolean {
  if (!role.stored) return false;
  const wanted = new Set(computeAggregation(sources).map(toRuleKey));
  // Then the controller leaves alone what is there.
  if (wanted.size === 0) return false;
  const stored = new Set(role.rules.map(toRuleKey));
  return wanted.size !== stored.size || [...wanted].some((key) => !stored.has(key));
}

function toDiffering(role: Role): RbacFinding {
  const what = 'its rules are not those of the roles that it selects: what is bound is what is stored';
  return toHousekeeping('aggregation-differs', describeRef(role), what);
}
