import type { Bond } from '../bindings-index.ts';
import { matchesGroup } from '../match/api-group.ts';
import { matchesName } from '../match/name.ts';
import { matchesResource } from '../match/resource.ts';
import { matchesUrl } from '../match/url.ts';
import { matchesVerb } from '../match/verb.ts';
import type { PolicyRule } from '../objects.ts';
import { isPathQuestion, type PathQuestion, type Question, type ResourceQuestion } from '../question.ts';
import { describeName } from '../refs.ts';
import { isKindred } from './resource.ts';

/** In what a grant is not what was asked for; the nearest first. */
export const NEAR_FIELDS = ['subject', 'name', 'verb', 'namespace', 'group', 'resource', 'path'] as const;
export type NearField = (typeof NEAR_FIELDS)[number];

/** A field that fails, with what the grant has there and what was asked. */
export interface Failure {
  readonly field: NearField;
  readonly message: string;
}

/** The fields in which a rule of a binding fails; undefined where it has nothing to do with the question. */
export function listFailures(
  { binding }: Pick<Bond, 'binding'>,
  rule: PolicyRule,
  question: Question,
): readonly Failure[] | undefined {
  const ofRule = isPathQuestion(question) ? failPath(rule, question) : failResource(rule, question);
  if (ofRule === undefined) return undefined;
  const { namespace } = binding;
  const asked = isPathQuestion(question) ? undefined : question.namespace;
  if (namespace === undefined || namespace === asked) return ofRule;
  return [...ofRule, { field: 'namespace', message: describeNamespace(namespace, question) }];
}

function describeNamespace(namespace: string, question: Question): string {
  if (isPathQuestion(question)) {
    return 'a RoleBinding gives no URLs: only a ClusterRoleBinding does';
  }
  const own = question.namespace ?? '';
  const asked = own === '' ? 'cluster-wide' : `in ${describeName(own)}`;
  return `only in ${describeName(namespace)}, but you asked ${asked}`;
}

function failPath(rule: PolicyRule, { verb, path }: PathQuestion): readonly Failure[] | undefined {
  const { verbs, nonResourceURLs } = rule;
  if (nonResourceURLs === undefined) return undefined;
  const failures = failVerb(verbs, verb);
  if (matchesUrl(nonResourceURLs, path)) return failures;
  const kindred = nonResourceURLs.filter((url) => url.toLowerCase().replace(/\/?\**$/, '') === trim(path));
  if (kindred.length === 0) return undefined;
  return [...failures, { field: 'path', message: `${list(kindred)}, but you asked ${describeName(path)}` }];
}

function trim(path: string): string {
  return path.toLowerCase().replace(/\/$/, '');
}

function failResource(rule: PolicyRule, question: ResourceQuestion): readonly Failure[] | undefined {
  const { verbs, apiGroups, resources, resourceNames } = rule;
  if (apiGroups === undefined || resources === undefined) return undefined;
  const { verb, group, resource, subresource, name } = question;
  const failures: Failure[] = [...failVerb(verbs, verb)];
  if (!matchesResource(resources, resource, subresource)) {
    const kindred = resources.filter((one) => isKindred(one, resource, subresource));
    if (kindred.length === 0) return undefined;
    const asked = subresource === undefined ? resource : `${resource}/${subresource}`;
    failures.push({ field: 'resource', message: `${list(kindred)}, but you asked ${describeName(asked)}` });
  }
  if (!matchesGroup(apiGroups, group)) {
    const message = `API group ${list(apiGroups)}, but you asked ${describeGroup(group)}`;
    failures.push({ field: 'group', message });
  }
  if (!matchesName(resourceNames, name)) {
    failures.push({
      field: 'name',
      message: `only ${list(resourceNames ?? [])}, ${describeAsked(question)}`,
    });
  }
  return failures;
}

function failVerb(verbs: readonly string[], verb: string): readonly Failure[] {
  if (matchesVerb(verbs, verb)) return [];
  return [{ field: 'verb', message: `${list(verbs)}, but you asked ${describeName(verb)}` }];
}

function describeAsked({ verb, name = '' }: ResourceQuestion): string {
  return name === '' ? `but ${describeName(verb)} names none here` : `but you asked ${describeName(name)}`;
}

function describeGroup(group: string): string {
  return group === '' ? '""' : describeName(group);
}

const MOST_LISTED = 8;

function list(values: readonly string[]): string {
  const shown = values.slice(0, MOST_LISTED).map(describeGroup).join(', ');
  return values.length > MOST_LISTED ? `${shown} and ${values.length - MOST_LISTED} more` : shown;
}
