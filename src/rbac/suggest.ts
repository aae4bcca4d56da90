import type { RbacIndex } from './bindings-index.ts';
import { ANONYMOUS, type Identity, parseAccountUser } from './identity.ts';
import type { ObjectRef, PolicyRule, Subject } from './objects.ts';
import { isPathQuestion, type Question } from './question.ts';
import { toRefKey } from './refs.ts';

/** Two objects to apply, or why nothing is suggested. */
export type Suggestion =
  | { readonly kind: 'objects'; readonly role: RawObject; readonly binding: RawObject }
  | { readonly kind: 'none'; readonly reason: string };

/** As a manifest has it. */
export type RawObject = Readonly<Record<string, unknown>>;

/**
 * The least role that allows this, to this identity and nobody else, and its binding; in the namespace of the question where
 * it has one.
 */
export function suggestGrant(index: RbacIndex, identity: Identity, question: Question): Suggestion {
  const subject = toSubject(identity);
  if (subject === undefined) {
    const reason =
      'what would be bound is no person and no account, but everybody of a kind: bind a group of your own';
    return { kind: 'none', reason };
  }
  // An empty one is cluster-wide, too.
  const namespace = isPathQuestion(question) ? undefined : question.namespace || undefined;
  const place = namespace === undefined ? {} : { namespace };
  const kinds = namespace === undefined ? CLUSTER_KINDS : NAMESPACE_KINDS;
  const name = findFreeName(index, toName(question), { kinds, ...place });
  const metadata = { name, ...place };
  return {
    kind: 'objects',
    role: { apiVersion: API_VERSION, kind: kinds.role, metadata, rules: [toRule(question)] },
    binding: {
      apiVersion: API_VERSION,
      kind: kinds.binding,
      metadata,
      roleRef: { apiGroup: RBAC_GROUP, kind: kinds.role, name },
      subjects: [subject],
    },
  };
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${RBAC_GROUP}/v1`;
const CLUSTER_KINDS = { role: 'ClusterRole', binding: 'ClusterRoleBinding' } as const;
const NAMESPACE_KINDS = { role: 'Role', binding: 'RoleBinding' } as const;

/** The groups of the system hold more than who asks. */
function toSubject({ user, groups }: Identity): (Subject & { readonly apiGroup?: string }) | undefined {
  if (user === ANONYMOUS) return undefined;
  const account = user === undefined ? undefined : parseAccountUser(user);
  if (account !== undefined) return { kind: 'ServiceAccount', ...account };
  if (user !== undefined && user !== '') return { kind: 'User', apiGroup: RBAC_GROUP, name: user };
  const group = groups.find((one) => one !== '' && !one.startsWith('system:'));
  return group === undefined ? undefined : { kind: 'Group', apiGroup: RBAC_GROUP, name: group };
}

function toRule(question: Question): PolicyRule {
  if (isPathQuestion(question)) return { verbs: [question.verb], nonResourceURLs: [question.path] };
  const { verb, group, resource, subresource = '', name = '' } = question;
  const resources = [subresource === '' ? resource : `${resource}/${subresource}`];
  const rule = { verbs: [verb], apiGroups: [group], resources };
  return name === '' || isNameless(verb, subresource) ? rule : { ...rule, resourceNames: [name] };
}

/** The API server knows no name where a request creates an object, or deletes a collection. */
function isNameless(verb: string, subresource: string): boolean {
  return verb === 'deletecollection' || (verb === 'create' && subresource === '');
}

function toName(question: Question): string {
  const words = isPathQuestion(question)
    ? [question.verb, question.path]
    : [question.verb, question.resource, question.subresource ?? '', question.name ?? ''];
  const name = words
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return name.slice(0, 60).replace(/^-|-$/g, '') || 'grant';
}

interface Place {
  readonly namespace?: string;
  readonly kinds: { readonly role: string; readonly binding: string };
}

/** What is there already is never changed. */
function findFreeName({ objects }: RbacIndex, wanted: string, { kinds, ...place }: Place): string {
  const refs: readonly ObjectRef[] = [...objects.roles, ...objects.bindings];
  const taken = new Set(refs.map(toRefKey));
  const isTaken = (name: string): boolean =>
    [kinds.role, kinds.binding].some((kind) => taken.has(toRefKey({ kind, name, ...place })));
  let name = wanted;
  for (let count = 2; isTaken(name); count += 1) name = `${wanted}-${count}`;
  return name;
}
