import type { AskedQuestion } from './ask-server.ts';
import type { KubeObject } from './objects.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

type Rule = Readonly<Record<string, readonly string[]>>;

function role(
  kind: 'Role' | 'ClusterRole',
  metadata: KubeObject['metadata'],
  rules: readonly Rule[],
): KubeObject {
  return { apiVersion: API_VERSION, kind, metadata, rules };
}

function bind(
  metadata: KubeObject['metadata'],
  [kind, name]: readonly [kind: 'Role' | 'ClusterRole', name: string],
  subjects: readonly object[],
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: metadata.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata,
    roleRef: { apiGroup: GROUP, kind, name },
    subjects,
  };
}

const user = (name: string): object => ({ kind: 'User', apiGroup: GROUP, name });
const group = (name: string): object => ({ kind: 'Group', apiGroup: GROUP, name });
const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const account = (where: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: where },
});

/** What other tools get wrong, each once: a little cluster to ask questions of. */
export const RBAC_SCENE: readonly KubeObject[] = [
  namespace('team-a'),
  namespace('team-b'),
  account('team-a', 'ci'),
  account('team-b', 'ci'),
  role('ClusterRole', { name: 'pod-reader' }, [
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] },
    { nonResourceURLs: ['/metrics', '/healthz/*'], verbs: ['get'] },
  ]),
  bind(
    { name: 'read-pods', namespace: 'team-a' },
    ['ClusterRole', 'pod-reader'],
    [
      group('dev'),
      user('jane'),
      user('system:serviceaccount:team-b:other'),
      // Without a namespace it is one of the binding's.
      { kind: 'ServiceAccount', name: 'ci' },
    ],
  ),
  role('Role', { name: 'one-secret', namespace: 'team-a' }, [
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['*', ''], verbs: ['get', 'list'] },
    { apiGroups: ['core', 'apps/v1'], resources: ['Pods', 'pods/*', 'services'], verbs: ['get*'] },
  ]),
  bind({ name: 'one-secret', namespace: 'team-a' }, ['Role', 'one-secret'], [user('jane')]),
  bind({ name: 'dangling', namespace: 'team-a' }, ['Role', 'gone'], [user('jane')]),
  role('ClusterRole', { name: 'scaler' }, [
    { apiGroups: ['*'], resources: ['*/scale'], verbs: ['update'] },
    { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  ]),
  bind(
    { name: 'scaler' },
    ['ClusterRole', 'scaler'],
    [{ kind: 'ServiceAccount', namespace: 'team-b', name: 'ci' }],
  ),
  bind({ name: 'own-namespace', namespace: 'team-a' }, ['ClusterRole', 'scaler'], [user('Jane')]),
  bind({ name: 'urls' }, ['ClusterRole', 'pod-reader'], [group('watchers')]),
];

type What = Omit<AskedQuestion, 'user' | 'groups'>;

const PEOPLE: readonly Pick<AskedQuestion, 'user' | 'groups'>[] = [
  { user: 'jane', groups: [] },
  { user: 'Jane', groups: [] },
  { user: 'x', groups: ['dev'] },
  { user: 'x', groups: ['Dev', 'watchers'] },
  { user: 'x', groups: ['system:masters'] },
  { user: 'system:serviceaccount:team-a:ci', groups: [] },
  { user: 'system:serviceaccount:team-b:ci', groups: [] },
  { user: 'system:serviceaccount:team-b:other', groups: ['dev'] },
  { user: 'system:anonymous', groups: [] },
];

const WHAT: readonly What[] = [
  ...['get', 'list', 'delete'].flatMap((verb) =>
    ['team-a', 'team-b', undefined].map((where) => ({
      verb,
      group: '',
      resource: 'pods',
      ...(where !== undefined && { namespace: where }),
    })),
  ),
  { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace: 'team-a' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'team-a' },
  { verb: 'get', group: '', resource: 'secrets', name: 'db', namespace: 'team-a' },
  { verb: 'get', group: '', resource: 'secrets', namespace: 'team-a' },
  { verb: 'list', group: '', resource: 'configmaps', namespace: 'team-a' },
  { verb: 'get', group: '', resource: 'configmaps', name: 'x', namespace: 'team-a' },
  { verb: 'get', group: '', resource: 'configmaps', name: '*', namespace: 'team-a' },
  { verb: 'get', group: 'core', resource: 'services', namespace: 'team-a' },
  { verb: 'update', group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'team-b' },
  { verb: 'update', group: 'apps', resource: 'deployments', namespace: 'team-b' },
  { verb: 'impersonate', group: '', resource: 'users', name: 'bob' },
  { verb: 'get', group: '', resource: 'namespaces', name: 'team-a', namespace: 'team-a' },
  { verb: 'get', group: '', resource: 'namespaces', name: 'team-a' },
  { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' },
  { verb: 'get', path: '/metrics' },
  { verb: 'get', path: '/healthz/etcd' },
  { verb: 'get', path: '/healthz' },
  { verb: 'get', path: '/version' },
];

/** Everybody asks everything, as `can --batch` takes it. */
export const SCENE_QUESTIONS: readonly AskedQuestion[] = PEOPLE.flatMap((person) =>
  WHAT.map((what) => ({ ...what, ...person })),
);
