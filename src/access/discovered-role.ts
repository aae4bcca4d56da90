import type { ApiResource } from '../kube/api-resource.ts';
import type { PolicyRule } from '../rbac/objects.ts';
import { compareTexts } from '../rbac/refs.ts';

/** What of discovery goes into a role. */
export interface RoleFilter {
  /** Undefined: all that a resource has. */
  readonly verbs: readonly string[] | undefined;
  /** Undefined: all of them; '' is core. */
  readonly groups: readonly string[] | undefined;
  readonly scope: 'all' | 'cluster' | 'namespaced';
  readonly isLeftOut: (resource: ApiResource, subresource: string | undefined) => boolean;
}

export interface DiscoveredRules {
  /** A rule for each group and each set of verbs in it, in order of names. */
  readonly rules: readonly PolicyRule[];
  /** `pods/exec`, `nodes/proxy`: what get would connect to, and not read. */
  readonly connections: readonly string[];
  /** Whether contents of Secrets are read by it. */
  readonly readsSecrets: boolean;
}

/** GET opens a connection there, on which commands run or other servers are reached (core/v1 `connect` subresources). */
const CONNECTIONS = new Set([
  ...['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy', 'nodes/proxy'],
]);

/** Whoever serves discovery writes its names: nothing but plain ones goes into a role, and no wildcard. */
const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/;

/** Rules without a wildcard, for what an API server has. */
export function toDiscoveredRules(resources: readonly ApiResource[], filter: RoleFilter): DiscoveredRules {
  const parts = resources.filter((each) => isWanted(each, filter)).flatMap((each) => toParts(each, filter));
  const wanted = parts
    .map((part) => ({ ...part, verbs: selectVerbs(part.verbs, filter.verbs) }))
    .filter(({ verbs }) => verbs.length > 0);
  const connects = (part: Part): boolean =>
    part.group === '' && CONNECTIONS.has(part.resource) && !isAsked('create', filter);
  return {
    rules: toRules(wanted.filter((part) => !connects(part))),
    connections: wanted.filter(connects).map(({ resource }) => resource),
    readsSecrets: wanted.some(
      ({ group, resource, verbs }) =>
        group === '' && resource === 'secrets' && verbs.some((verb) => /^(?:get|list|watch)$/.test(verb)),
    ),
  };
}

function isWanted({ group, namespaced }: ApiResource, { groups, scope }: RoleFilter): boolean {
  if (groups !== undefined && !groups.includes(group)) return false;
  return scope === 'all' || namespaced === (scope === 'namespaced');
}

interface Part {
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  readonly verbs: readonly string[];
}

function toParts(each: ApiResource, { isLeftOut }: RoleFilter): readonly Part[] {
  const { group, resource, verbs, subresources } = each;
  const kept = [
    ...(isLeftOut(each, undefined) ? [] : [{ group, resource, verbs }]),
    ...subresources
      .filter(({ name }) => PLAIN.test(name) && !isLeftOut(each, name))
      .map(({ name, verbs: own }) => ({ group, resource: `${resource}/${name}`, verbs: own })),
  ];
  return PLAIN.test(resource) && (group === '' || PLAIN.test(group)) ? kept : [];
}

function selectVerbs(verbs: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  const own = verbs.filter((verb) => PLAIN.test(verb) && (asked === undefined || asked.includes(verb)));
  return [...new Set(own)].toSorted(compareTexts);
}

function isAsked(verb: string, { verbs }: RoleFilter): boolean {
  return verbs === undefined || verbs.includes(verb);
}

/** Rules multiply groups, resources and verbs: only what has the same verbs in the same group shares one. */
function toRules(parts: readonly Part[]): readonly PolicyRule[] {
  const shared = Map.groupBy(parts, ({ group, verbs }) => JSON.stringify([group, verbs]));
  return [...shared.values()]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const resources = [...new Set(same.map(({ resource }) => resource))].toSorted(compareTexts);
      return [{ apiGroups: [first.group], resources, verbs: first.verbs }];
    })
    .toSorted(
      (left, right) =>
        compareTexts(left.apiGroups.join(), right.apiGroups.join()) ||
        compareTexts(left.resources.join(), right.resources.join()),
    );
}
