import type { PolicyRule } from '../../rbac/objects.ts';
import type { RoleRequest } from './request.ts';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;

/** The role, and its binding where a group is named. */
export function toObjects(
  { name, namespace, bindGroup }: RoleRequest,
  rules: readonly PolicyRule[],
): readonly object[] {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const [role, binding] =
    namespace === undefined ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
  return [
    { apiVersion: API_VERSION, kind: role, metadata, rules },
    ...(bindGroup === undefined
      ? []
      : [
          {
            ...{ apiVersion: API_VERSION, kind: binding, metadata },
            roleRef: { apiGroup: GROUP, kind: role, name },
            subjects: [{ kind: 'Group', apiGroup: GROUP, name: bindGroup }],
          },
        ]),
  ];
}
