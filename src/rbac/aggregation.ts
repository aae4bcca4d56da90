import { matchesLabels } from './match/labels.ts';
import type { PolicyRule, Role } from './objects.ts';
import { compareTexts } from './refs.ts';
import { toRuleKey } from './rule-key.ts';

/** Chains are three deep in a cluster (view → edit → admin). What a circle ends with depends on the controller's luck. */
const MOST_ROUNDS = 32;

/**
 * Roles with the rules that a server would give them. A server goes by what its controller has stored; what no server has
 * stored is computed as that controller does, until nothing changes: hand-written rules of an aggregated role are gone,
 * unless what it selects has none at all, which the controller's server-side apply leaves alone (seen on 1.36).
 */
export function aggregateRoles(roles: readonly Role[]): readonly Role[] {
  const open = roles.filter(({ aggregation, stored }) => aggregation !== undefined && !stored);
  if (open.length === 0) return roles;
  const sources = open.map((role) => [role, findSources(role, roles)] as const);
  let rules: ReadonlyMap<Role, readonly PolicyRule[]> = new Map();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const known = rules;
    const rulesOf = (role: Role): readonly PolicyRule[] => known.get(role) ?? role.rules;
    rules = new Map(sources.map(([role, selected]) => [role, collectOrKeep(role, selected, rulesOf)]));
    if (open.every((role) => isSameList(rules.get(role) ?? [], rulesOf(role)))) break;
  }
  return roles.map((role) => ({ ...role, rules: rules.get(role) ?? role.rules }));
}

function collectOrKeep(
  role: Role,
  sources: readonly Role[],
  rulesOf: (role: Role) => readonly PolicyRule[],
): readonly PolicyRule[] {
  const collected = collectRules(sources, rulesOf);
  return collected.length === 0 ? role.rules : collected;
}

/** What the controller would store for one role, from the rules that the others have now. */
export function computeAggregation(role: Role, roles: readonly Role[]): readonly PolicyRule[] {
  return collectRules(findSources(role, roles), (source) => source.rules);
}

/** Of each selector in turn the roles by name, itself left out (`clusterroleaggregation_controller.syncClusterRole`). */
export function findSources({ name, aggregation = [] }: Role, roles: readonly Role[]): readonly Role[] {
  const others = roles.filter((role) => role.kind === 'ClusterRole' && role.name !== name);
  const sorted = others.toSorted((left, right) => compareTexts(left.name, right.name));
  return aggregation.flatMap((selector) => sorted.filter(({ labels }) => matchesLabels(selector, labels)));
}

/** Equal rules once. */
function collectRules(
  sources: readonly Role[],
  rulesOf: (role: Role) => readonly PolicyRule[],
): readonly PolicyRule[] {
  const collected = new Map<string, PolicyRule>();
  for (const rule of sources.flatMap(rulesOf)) {
    const key = toRuleKey(rule);
    if (!collected.has(key)) collected.set(key, rule);
  }
  return [...collected.values()];
}

function isSameList(left: readonly PolicyRule[], right: readonly PolicyRule[]): boolean {
  return left.length === right.length && left.every((rule, index) => rule === right[index]);
}
