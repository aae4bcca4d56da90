import type { Identity } from '../../../src/rbac/identity.ts';
import type { Question } from '../../../src/rbac/question.ts';
import type { Manifest } from './manifests.ts';

/**
 * The evaluation of RBAC as its documentation tells it, straight over manifests: no index, no order, and nothing shared with
 * the room, so that both err in the same way only where both were told wrong.
 */
export function allowsNaively(world: readonly Manifest[], who: Identity, question: Question): boolean {
  if (who.groups.includes('system:masters')) return true;
  const clusterRoles = world.filter(({ kind }) => kind === 'ClusterRole');
  return world.some((bond) => {
    if (!String(bond['kind']).endsWith('Binding')) return false;
    const { namespace } = metadataOf(bond);
    if (bond['kind'] === 'RoleBinding' && !isAskedIn(question, namespace)) return false;
    if (!(bond['subjects'] as Manifest[]).some((subject) => isSubject(subject, who, namespace))) return false;
    const role = findRole(world, bond['roleRef'] as Manifest, namespace);
    if (role === undefined) return false;
    return collect(role, clusterRoles).some((rule) => allows(rule, question));
  });
}

function isAskedIn(question: Question, namespace: string | undefined): boolean {
  return 'resource' in question && (question.namespace ?? '') !== '' && question.namespace === namespace;
}

function findRole(
  world: readonly Manifest[],
  { kind, name }: Manifest,
  namespace: string | undefined,
): Manifest | undefined {
  return world.find(
    (object) =>
      object['kind'] === kind &&
      metadataOf(object).name === name &&
      (kind === 'ClusterRole' || metadataOf(object).namespace === namespace),
  );
}

/**
 * The rules of a role; of an aggregated one those of the roles that it selects, unless these have none at all. No world of
 * the tests has a circle.
 */
function collect(role: Manifest, roles: readonly Manifest[]): readonly Manifest[] {
  if (role['aggregationRule'] === undefined) return rulesOf(role);
  const selected = roles.filter((source) => source !== role && isSelected(role, source));
  const rules = selected.flatMap((source) => collect(source, roles));
  return rules.length === 0 ? rulesOf(role) : rules;
}

function metadataOf(object: Manifest): {
  name?: string;
  namespace?: string;
  labels?: Readonly<Record<string, string>>;
} {
  return object['metadata'] as object;
}

function rulesOf(role: Manifest): Manifest[] {
  return role['rules'] as Manifest[];
}

/** The worlds of the tests select by labels alone. */
function isSelected(role: Manifest, source: Manifest): boolean {
  const { clusterRoleSelectors } = role['aggregationRule'] as {
    clusterRoleSelectors: { matchLabels: object }[];
  };
  return clusterRoleSelectors.some(({ matchLabels }) =>
    Object.entries(matchLabels).every(([key, value]) => metadataOf(source).labels?.[key] === value),
  );
}

function isSubject({ kind, name, namespace }: Manifest, who: Identity, own: string | undefined): boolean {
  if (kind === 'User') return who.user === name;
  if (kind === 'Group') return who.groups.some((group) => group === name);
  return who.user === `system:serviceaccount:${namespace || own}:${name}`;
}

function allows(rule: Manifest, question: Question): boolean {
  const list = (member: string): string[] => (rule[member] as string[] | undefined) ?? [];
  const has = (member: string, ...wanted: string[]): boolean =>
    list(member).some((one) => wanted.includes(one));
  if (!has('verbs', '*', question.verb)) return false;
  if ('path' in question) {
    return list('nonResourceURLs').some((url) => {
      if (url === question.path || url === '*') return true;
      return /\*$/.test(url) && question.path.indexOf(url.replace(/\*+$/, '')) === 0;
    });
  }
  const { group, resource, subresource = '', name = '' } = question;
  const resources =
    subresource === '' ? ['*', resource] : ['*', `${resource}/${subresource}`, `*/${subresource}`];
  if (!has('apiGroups', '*', group) || !has('resources', ...resources)) return false;
  return list('resourceNames').length === 0 || has('resourceNames', name);
}
