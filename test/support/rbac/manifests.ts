/** A rule as a manifest has it. */
export type RawRule = Readonly<Record<string, readonly string[]>>;
export type RawSubject = Readonly<Record<string, string>>;
/** `Kind/name`, the role that a binding gives, and to whom. */
type RawBinding = readonly [role: string, ...subjects: readonly RawSubject[]];

export interface ClusterOptions {
  /** By name. */
  readonly clusterRoles?: Readonly<Record<string, readonly RawRule[]>>;
  /** By `namespace/name`. */
  readonly roles?: Readonly<Record<string, readonly RawRule[]>>;
  /** By name. */
  readonly clusterRoleBindings?: Readonly<Record<string, RawBinding>>;
  /** By `namespace/name`. */
  readonly roleBindings?: Readonly<Record<string, RawBinding>>;
}

export type Manifest = Readonly<Record<string, unknown>>;

export function toDocuments(options: ClusterOptions): readonly Manifest[] {
  return [
    ...entries(options.clusterRoles).map(([name, rules]) => toManifest('ClusterRole', name, { rules })),
    ...entries(options.roles).map(([name, rules]) => toManifest('Role', name, { rules })),
    ...entries(options.clusterRoleBindings).map(([name, binding]) =>
      toManifest('ClusterRoleBinding', name, toBinding(binding)),
    ),
    ...entries(options.roleBindings).map(([name, binding]) =>
      toManifest('RoleBinding', name, toBinding(binding)),
    ),
  ];
}

/** @param path `name`, or `namespace/name` */
export function toManifest(kind: string, path: string, rest: Manifest = {}): Manifest {
  const [first = '', second] = path.split('/');
  const metadata = second === undefined ? { name: first } : { namespace: first, name: second };
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, ...rest };
}

export const user = (name: string): RawSubject => ({ kind: 'User', name });
export const group = (name: string): RawSubject => ({ kind: 'Group', name });
export const account = (name: string, namespace?: string): RawSubject =>
  namespace === undefined ? { kind: 'ServiceAccount', name } : { kind: 'ServiceAccount', name, namespace };

function toBinding([role, ...subjects]: RawBinding): Manifest {
  const slash = role.indexOf('/');
  return { roleRef: { kind: role.slice(0, slash), name: role.slice(slash + 1) }, subjects };
}

function entries<Value>(record: Readonly<Record<string, Value>> = {}): [string, Value][] {
  return Object.entries(record);
}
