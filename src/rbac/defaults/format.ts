import type { ObjectRef, PolicyRule } from '../objects.ts';

/** How the tables of defaults write an object, a subject or a rule. */
export function formatRef({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** Verbs, groups, resources and names, or verbs and URLs. A value with a blank or a comma matches no request at all. */
export function formatRule(rule: PolicyRule): string {
  const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs } = rule;
  if (nonResourceURLs !== undefined) return `${verbs.join()} ${nonResourceURLs.join()}`;
  const groups = apiGroups.map((group) => (group === '' ? '""' : group));
  const parts = [verbs.join(), groups.join(), resources.join()];
  return [...parts, ...(resourceNames === undefined ? [] : [resourceNames.join()])].join(' ');
}
