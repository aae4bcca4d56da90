import { expect, test } from 'vitest';
import { describeWithNewestHelm } from '../support/chart/helm.ts';
import { only, render } from '../support/chart/render.ts';

describeWithNewestHelm('a check of helm test', (helm) => {
  test('is on nodes that the component may be on: our image runs on Linux, and not on every node of it', () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    const objects = render(helm, {
      values: { nodeSelector: { pool: 'system' }, tolerations },
      ci: 'everything-values.yaml',
    });
    expect(only(objects, 'Pod', 'iam-bridge-webhook-check')['spec']).toMatchObject({
      nodeSelector: { 'kubernetes.io/os': 'linux', pool: 'system' },
      tolerations,
    });
    expect(only(objects, 'Pod', 'iam-bridge-issuer-check')['spec'].nodeSelector).toEqual({
      'kubernetes.io/os': 'linux',
    });
    expect(only(objects, 'Pod', 'iam-bridge-authenticator-check')['spec']).toMatchObject({
      hostNetwork: true,
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      tolerations: only(objects, 'DaemonSet')['spec'].template.spec.tolerations,
    });
  });
});
