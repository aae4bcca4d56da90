import { expect, test } from 'vitest';
import { describeWithHelm, describeWithNewestHelm, type Helm } from '../support/chart/helm.ts';
import { only, type Rendering, render } from '../support/chart/render.ts';

/** Notes are shown at an installation only: here in an object. */
const NOTES = [
  'apiVersion: v1',
  'kind: ConfigMap',
  'metadata: {name: notes}',
  'data: {notes: {{ include "iam-bridge.notes" . | toJson }}}',
].join('\n');

function readNotes(helm: Helm, rendering: Rendering): string {
  const values = { ...rendering.values, extraObjects: [NOTES] };
  return only(render(helm, { ...rendering, values }), 'ConfigMap', 'notes')['data'].notes;
}

describeWithNewestHelm('the notes', (helm) => {
  test('name the command that shows each component running', () => {
    const notes = readNotes(helm, { ci: 'everything-values.yaml' });
    expect(notes).toContain('kubectl --namespace iam-system rollout status deployment/iam-bridge-webhook');
    expect(notes).toContain(
      'kubectl --namespace iam-system rollout status daemonset/iam-bridge-authenticator',
    );
    expect(notes).toContain('kubectl --namespace iam-system rollout status deployment/iam-bridge-issuer');
  });

  test('say what API servers have to be told where the authenticator is on', () => {
    expect(readNotes(helm, { ci: 'everything-values.yaml' })).toContain(
      '--authentication-token-webhook-config-file=/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml',
    );
  });

  test('tell of the quota that GKE wants, and elsewhere do not', () => {
    expect(readNotes(helm, { kubeVersion: '1.33.1-gke.1386000' })).toContain('ResourceQuota');
    expect(readNotes(helm, { kubeVersion: '1.33.1-gke.1386000', set: ['priorityClassName='] })).not.toContain(
      'ResourceQuota',
    );
    expect(readNotes(helm, {})).not.toContain('ResourceQuota');
  });

  test('tell where the image comes from nowhere', () => {
    expect(readNotes(helm, {})).toContain('Image: iam-bridge:0.1.0, without a registry');
    expect(readNotes(helm, { set: ['image.registry=registry.example'] })).not.toContain('Image:');
  });

  test('say of which pods are refused while no webhook answers', () => {
    expect(readNotes(helm, {})).toContain('pods are made without a role (failurePolicy Ignore).');
    expect(readNotes(helm, { set: ['mutatingWebhook.strictNamespaces={shop}'] })).toContain(
      'those of strict namespaces are refused',
    );
  });

  test('say what goes first when it is removed', () => {
    const first =
      '  kubectl delete mutatingwebhookconfiguration iam-bridge-webhook\n  helm uninstall iam-bridge';
    expect(readNotes(helm, {})).toContain(first);
    const notes = readNotes(helm, {
      ci: 'deployment-authenticator-values.yaml',
      set: ['webhook.enabled=false'],
    });
    expect(notes).toContain('Remove it:\n  helm uninstall iam-bridge --namespace iam-system');
  });

  test.each([
    [[], 'iam-bridge-webhook-tls'],
    [['tls.mode=certManager'], 'iam-bridge-webhook-tls iam-bridge-webhook-ca'],
    [
      ['webhook.enabled=false', 'issuer.enabled=true', 'issuer.config.issuer=https://oidc.example'],
      'iam-bridge-issuer-tls',
    ],
  ])('name the Secrets with keys that helm leaves, with %j', (set, secrets) => {
    expect(readNotes(helm, { set })).toMatch(
      new RegExp(`helm uninstall .*\n {2}kubectl delete secret ${secrets} --namespace iam-system$`),
    );
  });

  test('leave a Secret that was there before the chart to whoever made it', () => {
    expect(readNotes(helm, { ci: 'existing-secret-values.yaml' })).not.toContain('delete secret');
  });

  test.each([
    ['podDisruptionBudget.minAvailable=2', true],
    ['podDisruptionBudget.minAvailable=100%', true],
    ['podDisruptionBudget.maxUnavailable=0', true],
    ['podDisruptionBudget.minAvailable=1', false],
    ['podDisruptionBudget.minAvailable=50%', false],
  ])('say whether nodes can be drained, with %s', (set, isStuck) => {
    const line = '- podDisruptionBudget lets none of 2 pods go';
    expect(readNotes(helm, { set: [set] }).includes(line)).toBe(isStuck);
  });

  test('say nothing of values without effect where there are none', () => {
    expect(readNotes(helm, {})).not.toContain('no effect');
  });
});

describeWithHelm('values of the chart of the Go webhook', (helm) => {
  test('that change nothing here are named in the notes', () => {
    const notes = readNotes(helm, {
      ci: 'predecessor-values.yaml',
      set: ['serviceAnnotations.a=b', 'config.podIdentityWebhookMap.name=roles'],
    });
    for (const line of [
      '- image names amazon-eks-pod-identity-webhook; iam-bridge:0.1.0 runs in its place',
      '- mutatingWebhook.failurePolicy Fail is never for all',
      '- config.podIdentityWebhookMap.name; the ConfigMap is called pod-identity-webhook',
      '- readinessProbe asks /healthz',
      '- serviceAnnotations; give them in service.annotations',
    ])
      expect(notes).toContain(line);
  });

  test('reach the program under their names, with templates filled in', () => {
    const objects = render(helm, { ci: 'predecessor-values.yaml' });
    const { args } = only(objects, 'Deployment')['spec'].template.spec.containers[0];
    expect(args).toEqual([
      'webhook',
      '--aws-default-region=eu-west-1',
      '--body-budget=16',
      '--connection-budget=1000',
      '--in-cluster=false',
      '--namespace=iam-system',
      '--port=8443',
      '--sts-regional-endpoint=true',
      '--watch-config-map=true',
      '--v=3',
      '--annotation-prefix=iam-bridge.example',
    ]);
    expect(JSON.parse(only(objects, 'ConfigMap', 'pod-identity-webhook')['data'].config)).toEqual({
      'iam-system/reader': {
        RoleARN: 'arn:aws:iam::111122223333:role/reader',
        Audience: 'sts.amazonaws.com',
      },
    });
    expect(only(objects, 'Certificate', 'iam-bridge-webhook')['spec'].renewBefore).toBe('360h');
  });

  test('with failurePolicy Fail make it strict everywhere but where the cluster could not come up again', () => {
    const { webhooks } = only(
      render(helm, { ci: 'predecessor-values.yaml' }),
      'MutatingWebhookConfiguration',
    );
    expect(
      webhooks.map(({ failurePolicy, namespaceSelector }: Record<string, unknown>) => ({
        failurePolicy,
        namespaceSelector,
      })),
    ).toEqual([
      {
        failurePolicy: 'Ignore',
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['iam-system', 'kube-system'] },
          ],
        },
      },
      {
        failurePolicy: 'Fail',
        namespaceSelector: {
          matchExpressions: [
            {
              key: 'kubernetes.io/metadata.name',
              operator: 'NotIn',
              values: ['iam-system', 'kube-node-lease', 'kube-system'],
            },
          ],
        },
      },
    ]);
  });
});
