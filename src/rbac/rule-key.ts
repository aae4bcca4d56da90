import type { PolicyRule } from './objects.ts';

const keys = new WeakMap<PolicyRule, string>();

/** A text that two rules share only where they are equal, lists in their order. */
export function toRuleKey(rule: PolicyRule): string {
  const known = keys.get(rule);
  if (known !== undefined) return known;
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const key = JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
  keys.set(rule, key);
  return key;
}
