/**
 * The objects of RBAC (rbac.authorization.k8s.io/v1) as far as they decide, checked: lists are lists of strings, and every
 * account says its namespace.
 */

/** What a binding gives a role to. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  /** Of an account: its own, or that of the RoleBinding where the subject names none. */
  readonly namespace?: string;
}

/** One rule of a role: of resources where it has `resources`, of URLs where it has `nonResourceURLs`. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  /** `''` is the core group. */
  readonly apiGroups?: readonly string[];
  /** `pods`, `pods/log`, `*`, `*` with a subresource. */
  readonly resources?: readonly string[];
  /** Absent: whatever the name. */
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export type RoleKind = 'Role' | 'ClusterRole';
export type BindingKind = 'RoleBinding' | 'ClusterRoleBinding';

/** An object by its name; a namespace where its kind has one. */
export interface ObjectRef<Kind extends string = string> {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name: string;
}

export interface Role extends ObjectRef<RoleKind> {
  readonly rules: readonly PolicyRule[];
  readonly labels: Readonly<Record<string, string>>;
  /** Only of a ClusterRole: whose rules a controller collects from other ClusterRoles. */
  readonly aggregation?: readonly LabelSelector[];
  /** A server has stored it: its rules are what that server goes by. */
  readonly stored: boolean;
}

/** `metav1.LabelSelector`; all requirements have to be met, so that an empty one takes everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

export interface Binding extends ObjectRef<BindingKind> {
  readonly role: ObjectRef<RoleKind>;
  readonly subjects: readonly Subject[];
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** All that is known of a cluster's RBAC. */
export interface RbacObjects {
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
  /** Empty where the snapshot has none: a cluster never has none, so then nothing is known of them. */
  readonly accounts: readonly Account[];
  /** Names; empty where nothing is known of them. */
  readonly namespaces: readonly string[];
}
