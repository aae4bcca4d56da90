import type { KubeClient } from './kube-client.ts';
import type { Container, KubeObject, Pod, PodSpec } from './objects.ts';

export const PREFIX = 'eks.amazonaws.com';
export const ROLE_ARN = 'arn:aws:iam::111122223333:role/s3-echoer';
export const OTHER_ROLE_ARN = 'arn:aws:iam::111122223333:role/team/queue-reader';

/** A namespace; it need not be awaited before things are put into it. */
export function toNamespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A ServiceAccount; `annotations` without the prefix. */
export function toServiceAccount(
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string | null>> = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, annotations: addPrefix(annotations) },
  };
}

/** Annotations under our prefix; null takes one away in a merge patch. */
export function addPrefix<T>(annotations: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(annotations).map(([suffix, value]) => [`${PREFIX}/${suffix}`, value]),
  );
}

export interface PodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodSpec>;
}

/** A pod with one container, `app`, that has a variable and a mount of its own. */
export function toPod({ namespace, name, serviceAccount, annotations = {}, spec = {} }: PodOptions): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations: addPrefix(annotations) },
    spec: toPodSpec(serviceAccount, spec),
  };
}

/**
 * The same for a pod template. The API server's own token volume is off: its name is random, and two pods could not
 * be compared.
 */
export function toPodSpec(serviceAccountName: string, spec: Partial<PodSpec> = {}): PodSpec {
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    containers: [toContainer('app')],
    volumes: [{ name: 'scratch', emptyDir: {} }],
    ...spec,
  };
}

/** A container with a variable and a mount that are none of ours. */
export function toContainer(name: string, more: Partial<Container> = {}): Container {
  return {
    name,
    image: 'registry.invalid/app:1',
    env: [{ name: 'GREETING', value: 'hello' }],
    volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    ...more,
  };
}

/** What the webhook may do, and nothing more: read ServiceAccounts, and one ConfigMap of one namespace. */
export async function grantWebhook(
  client: KubeClient,
  user: string,
  configNamespace?: string,
): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', name: 'iam-bridge' };
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }];
  const verbs = ['get', 'list', 'watch'];
  const metadata = { name: 'iam-bridge' };
  await client.apply({
    apiVersion,
    kind: 'ClusterRole',
    metadata,
    rules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs }],
  });
  await client.apply({
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { ...roleRef, kind: 'ClusterRole' },
    subjects,
  });
  if (configNamespace === undefined) return;
  const local = { ...metadata, namespace: configNamespace };
  await client.apply({
    apiVersion,
    kind: 'Role',
    metadata: local,
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['pod-identity-webhook'], verbs }],
  });
  await client.apply({
    apiVersion,
    kind: 'RoleBinding',
    metadata: local,
    roleRef: { ...roleRef, kind: 'Role' },
    subjects,
  });
}
