import { createIndex, type RbacIndex } from '../../../src/rbac/bindings-index.ts';
import type { Decision } from '../../../src/rbac/decide.ts';
import { type BindingGrant, isBuiltinGrant } from '../../../src/rbac/grant.ts';
import type { Identity } from '../../../src/rbac/identity.ts';
import { isPathQuestion, type Question } from '../../../src/rbac/question.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import type { Manifest } from '../rbac/manifests.ts';
import { eventually } from './eventually.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';

/** What the API server says to one question about anybody. */
export interface ServerAnswer {
  readonly allowed: boolean;
  readonly reason: string;
}

interface Review extends KubeObject {
  readonly status?: { readonly allowed: boolean; readonly reason?: string };
}

/** Asks by a SubjectAccessReview, which takes groups literally. */
export async function askServer(
  client: KubeClient,
  who: Identity,
  question: Question,
): Promise<ServerAnswer> {
  const { object } = await client.create<Review>({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      ...(who.user !== undefined && { user: who.user }),
      groups: who.groups,
      ...toAttributes(question),
    },
  });
  if (object.status === undefined) throw new Error('a SubjectAccessReview has no status');
  return { allowed: object.status.allowed, reason: object.status.reason ?? '' };
}

function toAttributes(question: Question): Manifest {
  return isPathQuestion(question) ? { nonResourceAttributes: question } : { resourceAttributes: question };
}

/** `RBAC: allowed by RoleBinding "N/NAMESPACE" of Role "R" to Group "G"`: the one grant that the server happens to name. */
export function hasNamedGrant({ because }: Decision, reason: string): boolean {
  const named =
    /^RBAC: allowed by (\w+) ("(?:[^"\\]|\\.)*") of (\w+) ("(?:[^"\\]|\\.)*") to (\w+) ("(?:[^"\\]|\\.)*")$/.exec(
      reason,
    );
  if (named === null) return false;
  const [, kind, name = '', roleKind, roleName = '', subjectKind, subjectName = ''] = named;
  return because.some(
    (grant) =>
      !isBuiltinGrant(grant) &&
      grant.binding.kind === kind &&
      toServerName(grant.binding) === JSON.parse(name) &&
      grant.role.kind === roleKind &&
      grant.role.name === JSON.parse(roleName) &&
      isNamed(grant, subjectKind, JSON.parse(subjectName)),
  );
}

function toServerName({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return namespace === undefined ? name : `${name}/${namespace}`;
}

function isNamed({ subject }: BindingGrant, kind: string | undefined, name: unknown): boolean {
  return subject.kind === kind && toServerName(subject) === name;
}

const KINDS = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

/** All objects of RBAC that the server has, as it hands them out. */
export async function listRbac(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = KINDS.map(async (kind) => {
    const items = await client.list<KubeObject>({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: {},
    });
    return items.map((item) => ({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind }));
  });
  return (await Promise.all(lists)).flat();
}

export function indexObjects(documents: readonly Manifest[]): RbacIndex {
  const { objects, problems } = readObjects(documents);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return createIndex(objects, problems);
}

/** Creates objects, and waits until the authorizer's caches have the last of them. */
export async function createAndSettle(client: KubeClient, objects: readonly Manifest[]): Promise<void> {
  await inParallel(objects, (object) => client.create(object as KubeObject));
  await settle(client);
}

let sentinels = 0;

/**
 * Roles and bindings of both scopes that are written last and asked about until they are known: the API server watches
 * each of the four kinds by itself, and one may be behind.
 */
export async function settle(client: KubeClient): Promise<void> {
  sentinels += 1;
  const name = `sentinel-${sentinels}`;
  const namespace = 'default';
  const apiGroup = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'User', apiGroup, name }];
  const whole = { apiVersion: `${apiGroup}/v1`, metadata: { name } };
  const within = { apiVersion: `${apiGroup}/v1`, metadata: { name, namespace } };
  const ofAll = [{ verbs: ['get'], nonResourceURLs: [`/${name}`] }];
  const ofOne = [{ verbs: ['get'], apiGroups: [''], resources: [name] }];
  await client.create({ ...whole, kind: 'ClusterRole', rules: ofAll });
  await client.create({ ...within, kind: 'Role', rules: ofOne });
  const toRole = (kind: string) => ({ roleRef: { apiGroup, kind, name }, subjects });
  await client.create({ ...whole, kind: 'ClusterRoleBinding', ...toRole('ClusterRole') });
  await client.create({ ...within, kind: 'RoleBinding', ...toRole('Role') });
  const questions = [
    { verb: 'get', path: `/${name}` },
    { verb: 'get', group: '', resource: name, namespace },
  ];
  await eventually(async () => {
    for (const question of questions) {
      const { allowed } = await askServer(client, { user: name, groups: [] }, question);
      if (!allowed) throw new Error(`${name} is not known yet`);
    }
  });
}

export async function removeAll(client: KubeClient, objects: readonly Manifest[]): Promise<void> {
  await inParallel(objects, (object) => client.delete(object as KubeObject));
}

const WORKERS = 8;

/** In the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [place, item] of queue) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return results;
}
