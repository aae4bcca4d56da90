/** A kind of object that answers are made from. */
export interface SourceKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** In the plural. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Only names and annotations are wanted. */
  readonly metadataOnly?: boolean;
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** What RBAC is read from, in the order in which a snapshot has it. Secrets are none of them. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  { apiVersion: RBAC, kind: 'ClusterRole', resource: 'clusterroles', namespaced: false },
  { apiVersion: RBAC, kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', namespaced: false },
  { apiVersion: RBAC, kind: 'Role', resource: 'roles', namespaced: true },
  { apiVersion: RBAC, kind: 'RoleBinding', resource: 'rolebindings', namespaced: true },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    namespaced: true,
    metadataOnly: true,
  },
  { apiVersion: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false, metadataOnly: true },
];

/** Only what decides: without accounts and namespaces. */
export const RBAC_KINDS: readonly SourceKind[] = SOURCE_KINDS.filter(({ apiVersion }) => apiVersion === RBAC);

/** Where a collection is served; that of one namespace where one is given. */
export function toCollectionPath({ apiVersion, resource }: SourceKind, namespace?: string): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const where = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${where}/${resource}`;
}

/** The mappings of the authenticator that are objects. */
export const IDENTITY_MAPPING_KIND: SourceKind = {
  apiVersion: 'iamauthenticator.k8s.aws/v1alpha1',
  kind: 'IAMIdentityMapping',
  resource: 'iamidentitymappings',
  namespaced: false,
};

export const AWS_AUTH_PATH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
export const AWS_AUTH_RIGHT = 'get configmaps named aws-auth in kube-system';

/** Whether RBAC is not known whole without it. */
export function isRbacRight(right: string): boolean {
  return right.includes('.rbac.authorization.k8s.io');
}

/** The right to list all of a kind, in words. */
export function toRight({ apiVersion, resource, namespaced }: SourceKind): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return `list ${group === '' ? resource : `${resource}.${group}`}${namespaced ? ' in all namespaces' : ''}`;
}

/** Whether only names of ServiceAccounts or namespaces are not known without it. */
export function isOfNames(right: string): boolean {
  return SOURCE_KINDS.some((kind) => kind.apiVersion === 'v1' && toRight(kind) === right);
}

export function describeUnknownNames(right: string): string {
  return `missing right: ${right}: which of them exist is not known`;
}
