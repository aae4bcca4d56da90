/** A ServiceAccount of the made-up cluster that every figure is measured against. */
export interface BenchAccount {
  readonly namespace: string;
  readonly name: string;
  /** undefined for every other account. */
  readonly role: string | undefined;
}

const ACCOUNTS_PER_NAMESPACE = 20;

/** The account at `index` of the list; the order is that of a list from the API server. The last of an even number has a role. */
export function toAccount(index: number): BenchAccount {
  const namespace = `team-${String(Math.floor(index / ACCOUNTS_PER_NAMESPACE)).padStart(5, '0')}`;
  const name = `service-${String(index % ACCOUNTS_PER_NAMESPACE).padStart(2, '0')}`;
  const role = index % 2 === 1 ? `arn:aws:iam::111122223333:role/${namespace}-${name}` : undefined;
  return { namespace, name, role };
}

/** Its metadata as an API server sends it: an account that somebody applied has labels and managed fields. */
export function toMetadata(index: number): Record<string, unknown> {
  const { namespace, name, role } = toAccount(index);
  const id = index.toString(16).padStart(12, '0');
  const metadata = {
    name,
    namespace,
    uid: `5f1c6d0a-7b52-4c1e-9d43-${id}`,
    resourceVersion: String(1_000 + index),
    creationTimestamp: '2026-03-02T08:14:55Z',
  };
  if (role === undefined) return metadata;
  return {
    ...metadata,
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: {
      'eks.amazonaws.com/role-arn': role,
      'meta.helm.sh/release-name': name,
      'meta.helm.sh/release-namespace': namespace,
    },
    managedFields: [
      {
        manager: 'helm',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-03-02T08:14:55Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': {
            'f:annotations': {
              '.': {},
              'f:eks.amazonaws.com/role-arn': {},
              'f:meta.helm.sh/release-name': {},
              'f:meta.helm.sh/release-namespace': {},
            },
            'f:labels': { '.': {}, 'f:app.kubernetes.io/managed-by': {}, 'f:app.kubernetes.io/name': {} },
          },
        },
      },
    ],
  };
}
