import { type Manifest, toManifest } from '../../support/rbac/manifests.ts';

export const NAMESPACES = 200;
const ROLES = 2_000;
const CLUSTER_ROLES = 300;

/** 4,600 objects as a server hands them out: 2,000 Roles and RoleBindings, 300 of both kinds for the whole cluster. */
export function makeCluster(): readonly Manifest[] {
  const local = Array.from({ length: ROLES }, (_, count) => {
    const path = `team-${count % NAMESPACES}/role-${count}`;
    const group = count % 3 === 0;
    const roleRef = group
      ? toRoleRef('ClusterRole', `cluster-role-${count % CLUSTER_ROLES}`)
      : toRoleRef('Role', `role-${count}`);
    return [
      store('Role', path, { rules: toRules(count) }),
      store('RoleBinding', path, { roleRef, subjects: toSubjects(count) }),
    ];
  });
  const wide = Array.from({ length: CLUSTER_ROLES }, (_, count) => {
    const name = `cluster-role-${count}`;
    const rules = [...toRules(count), { verbs: ['get'], nonResourceURLs: ['/metrics', '/healthz/*'] }];
    const subjects = [{ apiGroup: RBAC, kind: 'User', name: `user-${count}` }];
    return [
      store('ClusterRole', name, { rules }),
      store('ClusterRoleBinding', name, { roleRef: toRoleRef('ClusterRole', name), subjects }),
    ];
  });
  return [...local, ...wide].flat();
}

const RBAC = 'rbac.authorization.k8s.io';

function toRoleRef(kind: string, name: string): Manifest {
  return { apiGroup: RBAC, kind, name };
}

function toRules(count: number): readonly Manifest[] {
  return [
    {
      verbs: ['get', 'list', 'watch'],
      apiGroups: [''],
      resources: ['pods', 'configmaps', count % 7 === 0 ? 'secrets' : 'services'],
    },
    {
      verbs: ['create', 'update', 'patch', 'delete'],
      apiGroups: ['apps'],
      resources: ['deployments', 'statefulsets'],
    },
  ];
}

function toSubjects(count: number): readonly Manifest[] {
  return [
    { apiGroup: RBAC, kind: 'Group', name: `group-${count % 100}` },
    { kind: 'ServiceAccount', name: `account-${count % 50}`, namespace: `team-${count % NAMESPACES}` },
  ];
}

/** With the members that the API server adds. */
function store(kind: string, path: string, rest: Manifest): Manifest {
  const manifest = toManifest(kind, path, rest);
  const added = {
    uid: `00000000-0000-4000-8000-${path.length}`,
    resourceVersion: '1000',
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const labels = { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'bench' };
  return { ...manifest, metadata: { ...(manifest['metadata'] as Manifest), ...added, labels } };
}
