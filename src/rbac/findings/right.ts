import { matchesGroup } from '../match/api-group.ts';
import { matchesResource } from '../match/resource.ts';
import { matchesVerb } from '../match/verb.ts';
import type { PolicyRule } from '../objects.ts';

/** A right that a rule gives or does not: any of the verbs on any of the resources. */
export interface Right {
  readonly verbs: readonly string[];
  readonly group: string;
  /** `pods`, `pods/exec` */
  readonly resources: readonly string[];
  /** What is meant goes by any of these names: a rule for others alone does not count. */
  readonly names?: readonly string[];
  /** The resource belongs to no namespace, so that a RoleBinding gives nothing of it. */
  readonly clusterWide?: true;
  /** It counts in this namespace alone. */
  readonly namespace?: string;
  /** Any verb that begins so, on whatever: the rest does not count then. */
  readonly verbPrefix?: string;
}

/** How much of a right a rule gives: nothing, for some objects only, for all. */
export const NONE = 0;
export const NAMED = 1;
export const ALL = 2;

export function measureRight(right: Right, rule: PolicyRule): number {
  const { verbs, apiGroups = [], resources = [], resourceNames } = rule;
  if (right.verbPrefix !== undefined) return hasPrefix(verbs, right.verbPrefix) ? ALL : NONE;
  if (!matchesGroup(apiGroups, right.group)) return NONE;
  const given = right.verbs.filter((verb) => matchesVerb(verbs, verb));
  if (given.length === 0) return NONE;
  const found = right.resources.filter((one) => matchesResource(resources, ...splitResource(one)));
  if (found.length === 0) return NONE;
  // What is created has no name yet; a subresource is created of an object that has one.
  const isNameless = isCreate(given) && found.every((one) => !one.includes('/'));
  return resourceNames === undefined ? ALL : measureNames(right, resourceNames, isNameless);
}

function measureNames({ names }: Right, resourceNames: readonly string[], isNameless: boolean): number {
  if (resourceNames.includes('')) return ALL;
  if (isNameless) return NONE;
  if (names === undefined) return NAMED;
  return names.some((name) => resourceNames.includes(name)) ? ALL : NONE;
}

function isCreate(verbs: readonly string[]): boolean {
  return verbs.every((verb) => verb === 'create');
}

function hasPrefix(verbs: readonly string[], prefix: string): boolean {
  return verbs.some((verb) => verb === '*' || verb.startsWith(prefix));
}

const split = new Map<string, [string, string]>();

function splitResource(resource: string): [string, string] {
  const known = split.get(resource);
  if (known !== undefined) return known;
  const [base = '', part = ''] = resource.split('/');
  split.set(resource, [base, part]);
  return [base, part];
}
