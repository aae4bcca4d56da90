import { createIndex, type RbacIndex } from '../../../src/rbac/bindings-index.ts';
import type { Decision } from '../../../src/rbac/decide.ts';
import { type BindingGrant, isBuiltinGrant } from '../../../src/rbac/grant.ts';
import type { Identity } from '../../../src/rbac/identity.ts';
import { isPathQuestion, type Question } from '../../../src/rbac/question.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import type { Manifest } from '../rbac/manifests.ts';
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
