import { ConfigurationError } from '../base/errors.ts';
import { matchesLabels } from './match/labels.ts';
import type { PolicyRule, Role } from './objects.ts';
import { compareTexts } from './refs.ts';
import { toRuleKey } from './rule-key.ts';

/** What a circle of roles ends with depends on the controller's luck: it is gone round so often. */
const MOST_CIRCLES = 32;

/** Rules that are gone through for it; those of a cluster come to some thousands. */
const MOST_STEPS = 10_000_000;

/**
 * Roles with the rules that a server would give them. A server goes by what its controller has stored; what no server has
 * stored is computed as that controller does, until nothing changes: hand-written rules of an aggregated role are gone,
 * unless what it selects has none at all, which the controller's server-side apply leaves alone (seen on 1.36).
 */
export function aggregateRoles(roles: readonly Role[]): readonly Role[] {
  const open = roles.filter(({ aggregation, stored }) => aggregation !== undefined && !stored);
  if (open.length === 0) return roles;
  const count = createCounter();
  const findSources = createSourceFinder(roles);
  const sources = open.map((role) => [role, count(findSources(role))] as const);
  let rules: ReadonlyMap<Role, readonly PolicyRule[]> = new Map();
  // No chain is longer than there are roles in it.
  for (let round = 0; round < Math.max(MOST_CIRCLES, open.length); round += 1) {
    const known = rules;
    const rulesOf = (role: Role): readonly PolicyRule[] => count(known.get(role) ?? role.rules);
    rules = new Map(sources.map(([role, selected]) => [role, collectOrKeep(role, selected, rulesOf)]));
    if (open.every((role) => isSameList(rules.get(role) ?? [], rulesOf(role)))) break;
  }
  return roles.map((role) => ({ ...role, rules: rules.get(role) ?? role.rules }));
}

/** Roles that all take each other's rules would be added up for hours. */
function createCounter(): <Item>(list: readonly Item[]) => readonly Item[] {
  let steps = 0;
  return (list) => {
    steps += list.length;
    if (steps <= MOST_STEPS) return list;
    throw new ConfigurationError(
      'the aggregated roles take too many rules of each other to be added up: leave some of them out, or ask a cluster, which has stored theirs',
    );
  };
}

function collectOrKeep(
  role: Role,
  sources: readonly Role[],
  rulesOf: (role: Role) => readonly PolicyRule[],
): readonly PolicyRule[] {
  const collected = collectRules(sources, rulesOf);
  return collected.length === 0 ? role.rules : collected;
}

/** What the controller would store for a role that takes the rules of these, as they have them now. */
export function computeAggregation(sources: readonly Role[]): readonly PolicyRule[] {
  return collectRules(sources, ({ rules }) => rules);
}

/** The roles whose rules an aggregated one takes. */
export type SourceFinder = (role: Role) => readonly Role[];

/** Of each selector in turn the roles by name, itself left out (`clusterroleaggregation_controller.syncClusterRole`). */
export function createSourceFinder(roles: readonly Role[]): SourceFinder {
  const sorted = roles
    .filter(({ kind }) => kind === 'ClusterRole')
    .sort((left, right) => compareTexts(left.name, right.name));
  return ({ name, aggregation = [] }) =>
    aggregation.flatMap((selector) =>
      sorted.filter((role) => role.name !== name && matchesLabels(selector, role.labels)),
    );
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
