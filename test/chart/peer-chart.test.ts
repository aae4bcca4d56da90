import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithNewestHelm } from '../support/chart/helm.ts';
import { only, readObjects } from '../support/chart/render.ts';
import { OUR_IMAGE, readDropIn } from '../support/e2e/drop-in.ts';

const VALUES = join(import.meta.dirname, '..', '..', 'examples', 'drop-in', 'jkroepke-chart', 'values.yaml');
const PEER_CHART = process.env['PEER_CHART'];
if (!PEER_CHART)
  console.error('PEER_CHART is not set: the values for the chart of jkroepke are NOT TESTED with that chart');

describeWithNewestHelm(
  'the chart jkroepke/amazon-eks-pod-identity-webhook, with the values of our example',
  (helm) => {
    test.skipIf(!PEER_CHART)('makes what test/e2e/drop-in.test.ts runs', () => {
      const name = 'amazon-eks-pod-identity-webhook';
      const { code, stdout, stderr } = helm.run([
        ...['template', name, PEER_CHART ?? '', '--namespace=pod-identity', '--kube-version=1.36.0'],
        ...['--api-versions=cert-manager.io/v1', '--set=config.podIdentityWebhookMap.enabled=true'],
        `--values=${VALUES}`,
      ]);
      expect([code, stderr]).toEqual([0, '']);
      const objects = readObjects(stdout);
      const { theirs, objects: ours, webhookConfiguration } = readDropIn('jkroepke-chart', 'values.yaml');

      const [container] = only(objects, 'Deployment')['spec'].template.spec.containers;
      expect(container).toMatchObject({
        ...theirs.spec.containers[0],
        image: OUR_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '192Mi' } },
      });
      for (const kind of ['Role', 'ClusterRole']) {
        expect(only(objects, kind)['rules']).toEqual(ours.find((each) => each.kind === kind)?.['rules']);
      }
      expect(only(objects, 'MutatingWebhookConfiguration')['webhooks']).toEqual([
        expect.objectContaining(webhookConfiguration?.webhooks[0]),
      ]);
    });
  },
);
