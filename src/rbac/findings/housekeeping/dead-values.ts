import type { PolicyRule } from '../../objects.ts';
import { describeName } from '../../refs.ts';

/** Values that no request has, whatever the cluster serves. */
export function findDeadValues(rule: PolicyRule): readonly string[] {
  const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs } = rule;
  const isUrls = nonResourceURLs !== undefined;
  return [
    ...verbs.flatMap((verb) => explainVerb(verb, isUrls)),
    ...apiGroups.flatMap(explainGroup),
    ...resources.flatMap(explainResource),
    ...(resourceNames === undefined ? [] : explainNames(rule, resourceNames)),
    ...(nonResourceURLs ?? []).flatMap(explainUrl),
  ];
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'connect', 'trace'];
/** What a method of HTTP is called where it is a verb of resources. */
const MEANT: Readonly<Record<string, string>> = { post: 'create', put: 'update', head: 'get' };
const OF_RESOURCES = ['list', 'watch', 'create', 'update', 'deletecollection'];

function explainVerb(verb: string, isUrls: boolean): readonly string[] {
  const name = describeName(verb);
  if (verb === '') return ['the verb "" is none'];
  if (verb !== '*' && verb.includes('*')) return [`the verb ${name} is no pattern: write each verb, or *`];
  if (verb !== verb.toLowerCase() && !verb.startsWith('impersonate'))
    return [`the verb ${name} has capitals, and case counts`];
  if (isUrls && OF_RESOURCES.includes(verb)) return [`URLs have methods of HTTP for verbs, not ${name}`];
  if (!isUrls && METHODS.includes(verb) && Object.hasOwn(MEANT, verb)) {
    return [`the verb ${name} is a method of HTTP: write ${MEANT[verb]}`];
  }
  return [];
}

function explainGroup(group: string): readonly string[] {
  if (group === 'core') return ['the group core is called ""'];
  if (group.includes('/'))
    return [`the group ${describeName(group)} has its version with it: leave that out`];
  if (group !== '*' && group.includes('*')) return [`the group ${describeName(group)} is no pattern`];
  return [];
}

function explainResource(resource: string): readonly string[] {
  const name = describeName(resource);
  const [base = '', part] = resource.split('/');
  if (resource === '') return ['the resource "" is none'];
  // Constrained impersonation asks for all keys at once where there are many of them (KEP-5284).
  if (part === '*' && base !== 'userextras')
    return [`the resource ${name} is no pattern: write each subresource, or * for all of everything`];
  if (base !== '*' && base.includes('*'))
    return [`the resource ${name} is no pattern: write each resource, or *`];
  if (resource !== resource.toLowerCase()) return [`the resource ${name} has capitals, and case counts`];
  return [];
}

/** Names are those of requests, which only some have. */
function explainNames({ verbs, resources = [] }: PolicyRule, names: readonly string[]): readonly string[] {
  const isPart = resources.every((one) => one.includes('/'));
  const nameless = verbs.filter((verb) => verb === 'deletecollection' || (verb === 'create' && !isPart));
  const told = verbs.filter((verb) => verb === 'list' || verb === 'watch');
  return [
    ...(names.includes('*') && !verbs.some(isOfConstrained)
      ? ['the name * is a name like any other: leave resourceNames out for all of them']
      : []),
    ...(names.includes('')
      ? []
      : nameless.map((verb) => `a request to ${verb} has no name, so that resourceNames keep it out`)),
    ...(names.includes('') || told.length === 0
      ? []
      : [
          `${told.join(' and ')} match only a request with the field selector metadata.name, since resourceNames are given`,
        ]),
  ];
}

/** Where it is about whoever it may be, such as the node of the pod that asks, the name is `*` (KEP-5284). */
function isOfConstrained(verb: string): boolean {
  return verb.startsWith('impersonate:');
}

function explainUrl(url: string): readonly string[] {
  if (!url.startsWith('/') && url !== '*') return [`the URL ${describeName(url)} does not begin with /`];
  return url.replace(/\*+$/, '').includes('*')
    ? [`the URL ${describeName(url)} has a star that is not at its end`]
    : [];
}
