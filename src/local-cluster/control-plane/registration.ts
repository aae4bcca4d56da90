import { stringify } from 'yaml';
import { WEBHOOK_USER } from './users.ts';

/** What the webhook may do in the cluster: read ServiceAccounts. YAML. */
export function renderPermissions(): string {
  const metadata = { name: 'iam-bridge' };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  return renderDocuments([
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata,
      rules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup, kind: 'User', name: WEBHOOK_USER }],
    },
  ]);
}

/**
 * Tells the API server to ask the webhook whenever a pod is created. YAML.
 * @param caBundle PEM
 */
export function renderRegistration(url: string, caBundle: string): string {
  return renderDocuments([
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'iam-bridge' },
      webhooks: [
        {
          name: 'pods.iam-bridge.test',
          clientConfig: { url, caBundle: Buffer.from(caBundle).toString('base64') },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ]);
}

/** A pod that is never made: created as a dry run, it shows whether the API server asks the webhook by now. */
export function renderProbe(): string {
  return renderDocuments([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe', namespace: 'default' },
      spec: { containers: [{ name: 'probe', image: 'iam-bridge/iam-bridge:0.1.0' }] },
    },
  ]);
}

function renderDocuments(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}
