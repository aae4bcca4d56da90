import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import {
  grantWebhook,
  ROLE_ARN,
  toContainer,
  toNamespace,
  toPod,
  toPodSpec,
  toServiceAccount,
} from '../support/e2e/fixtures.ts';
import { readInjection, toInjection, toNoInjection } from '../support/e2e/injection.ts';
import type { KubeObject, Pod } from '../support/e2e/objects.ts';
import { POD_CREATION, type Registration, registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook, type Webhook } from '../support/e2e/webhook.ts';

const USER = 'iam-bridge';
const REGION = [
  'AWS_STS_REGIONAL_ENDPOINTS=regional',
  'AWS_DEFAULT_REGION=eu-central-1',
  'AWS_REGION=eu-central-1',
];

describeOnCluster('pods of annotated ServiceAccounts', () => {
  let cluster: Cluster;
  let webhook: Webhook;

  beforeAll(async () => {
    cluster = await startCluster({ controllerManager: true, users: [USER] });
    await grantWebhook(cluster.client, USER);
    webhook = await startWebhook({
      cluster,
      kubeconfig: cluster.findKubeconfig(USER),
      flags: ['--aws-default-region', 'eu-central-1', '--sts-regional-endpoint'],
    });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  describe.each(['Ignore', 'Fail'] as const)('with failurePolicy %s', (failurePolicy) => {
    const namespace = `policy-${failurePolicy.toLowerCase()}`;
    const injected = toInjection({ role: ROLE_ARN, before: REGION });
    let registration: Registration;

    beforeAll(async () => {
      const { client } = cluster;
      const { url, caBundle } = webhook;
      await client.create(toNamespace(namespace));
      await client.create(toServiceAccount(namespace, 's3-echoer', { 'role-arn': ROLE_ARN }));
      await client.create(toServiceAccount(namespace, 'plain'));
      registration = await registerWebhook(client, {
        name: 'pod-identity-webhook',
        target: { url },
        caBundle,
        failurePolicy,
      });
    });
    afterAll(() => registration?.remove());

    function toEchoer(name: string, more: Partial<Parameters<typeof toPod>[0]> = {}): Pod {
      return toPod({ namespace, name, serviceAccount: 's3-echoer', ...more });
    }

    it('changes a bare pod: the volume first, variables and mounts last', async () => {
      const { object, warnings } = await cluster.client.create(toEchoer('bare'));
      expect(readInjection(object)).toEqual(injected);
      expect(object.spec.volumes?.map(({ name }) => name)).toEqual(['aws-iam-token', 'scratch']);
      expect(warnings).toEqual([]);
      expect(readInjection(await cluster.client.get(object))).toEqual(injected);
    });

    it('leaves the pod of a ServiceAccount without our annotations alone', async () => {
      const { object } = await cluster.client.create(
        toPod({ namespace, name: 'plain', serviceAccount: 'plain' }),
      );
      expect(readInjection(object)).toEqual(toNoInjection());
    });

    it('changes the pods of a Deployment', async () => {
      const labels = { app: 'deployment' };
      await cluster.client.create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'echoer', namespace },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: toPodSpec('s3-echoer') },
        },
      });
      const pods = await awaitPods('app=deployment', 3);
      expect(pods.map(readInjection)).toEqual([injected, injected, injected]);
    });

    it('changes the pods of a Job', async () => {
      await cluster.client.create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'echoer', namespace },
        spec: {
          parallelism: 2,
          completions: 2,
          template: {
            metadata: { labels: { app: 'job' } },
            spec: { ...toPodSpec('s3-echoer'), restartPolicy: 'Never' },
          },
        },
      });
      const pods = await awaitPods('app=job', 2);
      expect(pods.map(readInjection)).toEqual([injected, injected]);
    });

    async function awaitPods(labels: string, count: number): Promise<Pod[]> {
      return eventually(async () => {
        const pods = await cluster.client.list<Pod>(
          { apiVersion: 'v1', kind: 'Pod', metadata: { namespace } },
          labels,
        );
        expect(pods).toHaveLength(count);
        return pods;
      });
    }

    it('changes init containers and native sidecars', async () => {
      const initContainers = [toContainer('setup'), toContainer('proxy', { restartPolicy: 'Always' })];
      const { object } = await cluster.client.create(toEchoer('with-init', { spec: { initContainers } }));
      const containers = ['setup', 'proxy', 'app'];
      expect(readInjection(object)).toEqual(toInjection({ role: ROLE_ARN, before: REGION, containers }));
    });

    it('changes a pod in kube-system', async () => {
      const place = { namespace: 'kube-system', serviceAccount: `echoer-${namespace}` };
      await cluster.client.create(
        toServiceAccount(place.namespace, place.serviceAccount, { 'role-arn': ROLE_ARN }),
      );
      const { object } = await cluster.client.create(toPod({ ...place, name: `echoer-${namespace}` }));
      expect(readInjection(object)).toEqual(injected);
    });

    it('answers a dry run as the real run', async () => {
      const pod = toEchoer('twice', { annotations: { 'token-expiration': '3600' } });
      const rehearsed = await cluster.client.create(pod, { dryRun: true });
      const real = await cluster.client.create(pod);
      expect(rehearsed.object.spec).toEqual(real.object.spec);
      expect(rehearsed.object.metadata.labels).toEqual(real.object.metadata.labels);
      expect(rehearsed.object.metadata.annotations).toEqual(real.object.metadata.annotations);
      expect(readInjection(real.object).token?.expirationSeconds).toBe(3600);

      const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
      const shown = await cluster.kubectl(args, JSON.stringify(toEchoer('thrice')));
      expect(readInjection(JSON.parse(shown.stdout))).toEqual(injected);
    });

    it('warns whoever runs kubectl about what they can mend', async () => {
      await cluster.client.create(
        toServiceAccount(namespace, 'typo', { 'role-arn': 'arn:aws:iam::1:role/x' }),
      );
      const malformed = await create(toPod({ namespace, name: 'typo', serviceAccount: 'typo' }));
      expect(malformed.stderr).toMatch(/^Warning: .*role/m);
      expect(readInjection(JSON.parse(malformed.stdout))).toEqual(toNoInjection());

      const long = await create(toEchoer('long', { annotations: { 'token-expiration': '999999' } }));
      expect(long.stderr).toMatch(/^Warning: .*86400/m);
      expect(readInjection(JSON.parse(long.stdout)).token?.expirationSeconds).toBe(86_400);

      const misspelt = await create(toEchoer('misspelt', { annotations: { 'skip-container': 'app' } }));
      expect(misspelt.stderr).toMatch(/^Warning: .*skip-containers?/m);
      expect(readInjection(JSON.parse(misspelt.stdout))).toEqual(injected);
    });

    async function create(pod: KubeObject): Promise<{ stdout: string; stderr: string }> {
      const answer = await cluster.kubectl(['create', '-o', 'json', '-f', '-'], JSON.stringify(pod));
      expect(answer.code, answer.stderr).toBe(0);
      return answer;
    }

    describe('kubectl debug', () => {
      afterAll(() => registration?.update({ rules: POD_CREATION }));

      it('adds an ephemeral container to an injected pod under the usual rules', async () => {
        await checkDebug('debug-usual');
      });

      it('adds one unchanged where the rules are widened to updates and ephemeral containers', async () => {
        await registration.update({
          rules: [{ operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] }],
        });
        await checkDebug('debug-widened');
        const labelled = await cluster.kubectl([
          'label',
          'pod',
          'debug-widened',
          '-n',
          namespace,
          'seen=yes',
        ]);
        expect(labelled.code, labelled.stderr).toBe(0);
      });

      async function checkDebug(name: string): Promise<void> {
        const { object: before } = await cluster.client.create(toEchoer(name));
        expect(readInjection(before)).toEqual(injected);
        const target = [
          'debug',
          name,
          '-n',
          namespace,
          '--container=debugger',
          '--image=registry.invalid/sh:1',
        ];
        const answer = await cluster.kubectl([...target, '--profile=general', '--attach=false', '--quiet']);
        expect(answer.code, answer.stderr).toBe(0);

        const { ephemeralContainers = [], ...spec } = (await cluster.client.get(before)).spec;
        expect(spec).toEqual(before.spec);
        expect(ephemeralContainers).toHaveLength(1);
        expect(ephemeralContainers[0]).not.toHaveProperty('env');
        expect(ephemeralContainers[0]).not.toHaveProperty('volumeMounts');
      }
    });
  });
});
