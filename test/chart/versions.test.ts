import { expect, test } from 'vitest';
import { describeWithHelm } from '../support/chart/helm.ts';
import { only, render, template } from '../support/chart/render.ts';

describeWithHelm('versions of Kubernetes', (helm) => {
  test.each(['1.26.0', '1.27.0', '1.29.9', '1.30.0', '1.36.3', '1.30.4-gke.1200', '1.31.2-eks-7f9249a'])(
    '%s gets what it knows',
    (kubeVersion) => {
      const minor = Number(kubeVersion.split('.')[1]);
      const objects = render(helm, { kubeVersion });
      const { template: pod } = only(objects, 'Deployment')['spec'];
      const { webhooks } = only(objects, 'MutatingWebhookConfiguration');
      expect({
        spread: pod.spec.topologySpreadConstraints[0].matchLabelKeys !== undefined,
        eviction: only(objects, 'PodDisruptionBudget')['spec'].unhealthyPodEvictionPolicy !== undefined,
        sleep: pod.spec.containers[0].lifecycle !== undefined,
        conditions: webhooks[0].matchConditions !== undefined,
        policies: objects.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy')).length,
      }).toEqual({
        spread: minor >= 27,
        eviction: minor >= 27,
        sleep: minor >= 30,
        conditions: minor >= 30,
        policies: minor >= 30 ? 2 : 0,
      });
    },
  );

  test('what is too old is refused', () => {
    const { code, stderr } = template(helm, { kubeVersion: '1.25.16' });
    expect(code).toBe(1);
    expect(stderr).toContain('kubeVersion: >=1.26.0-0');
  });
});
