const GROUP = 'rbac.authorization.k8s.io';

/** A little cluster: `pod-reader` in `shop` for the group dev, jane, a session and an account; a role that is missing. */
export const SCENE = `
apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: pod-reader}
rules:
- {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list, watch]}
- {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: ${GROUP}/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: pod-reader}
subjects:
- {kind: Group, apiGroup: ${GROUP}, name: dev}
- {kind: User, apiGroup: ${GROUP}, name: "ops:jane"}
- {kind: ServiceAccount, name: ci}
---
apiVersion: ${GROUP}/v1
kind: RoleBinding
metadata: {name: dangling, namespace: shop}
roleRef: {apiGroup: ${GROUP}, kind: Role, name: gone}
subjects:
- {kind: User, apiGroup: ${GROUP}, name: bob}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ci
  namespace: shop
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/ci
    note: hidden
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/dev
      username: dev
      groups: [dev]
    - rolearn: arn:aws:iam::111122223333:role/ops
      username: ops:{{SessionName}}
    - rolearn: arn:aws:iam::111122223333:role/team/old
      username: old
`;

const READER = {
  metadata: { name: 'pod-reader', uid: '1' },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
};

const READERS = {
  metadata: { name: 'readers', namespace: 'shop', uid: '2' },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'pod-reader' },
  subjects: [{ kind: 'Group', apiGroup: GROUP, name: 'dev' }],
};

const RBAC = `/apis/${GROUP}/v1`;

/** The same in short, as an API server answers: by the paths of its collections. */
export const ANSWERS = {
  [`${RBAC}/clusterroles`]: [READER],
  [`${RBAC}/rolebindings`]: [READERS],
  [`${RBAC}/namespaces/shop/rolebindings`]: [READERS],
} as const;

export const ROLE_BINDINGS = `${RBAC}/rolebindings`;
