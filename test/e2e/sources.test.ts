import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import {
  grantWebhook,
  OTHER_ROLE_ARN,
  ROLE_ARN,
  toNamespace,
  toPod,
  toServiceAccount,
} from '../support/e2e/fixtures.ts';
import { type Injection, readInjection, toInjection, toNoInjection } from '../support/e2e/injection.ts';
import type { KubeObject, Pod } from '../support/e2e/objects.ts';
import { registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook } from '../support/e2e/webhook.ts';

const USER = 'iam-bridge';
const CONFIG_NAMESPACE = 'identity-system';
/** Of a ConfigMap that never was good. */
const BROKEN = 'broken';

describeOnCluster('identities from other sources than an annotation', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ users: [USER] });
    for (const name of [CONFIG_NAMESPACE, 'mapped', 'listed', BROKEN])
      await cluster.client.create(toNamespace(name));
    await grantWebhook(cluster.client, USER, CONFIG_NAMESPACE);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  async function startAndRegister(name: string, flags: readonly string[]): Promise<void> {
    const kubeconfig = cluster.findKubeconfig(USER);
    const { url, caBundle } = await startWebhook({ cluster, name, kubeconfig, flags });
    await registerWebhook(cluster.client, {
      name,
      target: { url },
      caBundle,
      failurePolicy: 'Fail',
      namespaces: [name],
    });
  }

  async function rehearse(namespace: string, serviceAccount: string): Promise<Pod> {
    const pod = toPod({ namespace, name: 'rehearsal', serviceAccount });
    return (await cluster.client.create(pod, { dryRun: true })).object;
  }

  describe('the ConfigMap', () => {
    const metadata = { name: 'pod-identity-webhook', namespace: CONFIG_NAMESPACE };
    const audience = 'sts.amazonaws.com';

    function toConfigMap(config: string): KubeObject {
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { config } };
    }

    function expectInjection(serviceAccount: string, injection: Injection): Promise<void> {
      return eventually(async () => {
        expect(readInjection(await rehearse('mapped', serviceAccount))).toEqual(injection);
      });
    }

    beforeAll(async () => {
      for (const name of ['exact', 'anywhere', 'annotated']) {
        const annotations = name === 'annotated' ? { 'role-arn': ROLE_ARN } : {};
        await cluster.client.create(toServiceAccount('mapped', name, annotations));
      }
      const entry = { RoleARN: OTHER_ROLE_ARN, Audience: audience };
      const config = {
        'mapped/exact': { ...entry, TokenExpiration: 7200 },
        '*/anywhere': { ...entry, UseRegionalSTS: true },
        'mapped/annotated': entry,
      };
      await cluster.client.create(toConfigMap(JSON.stringify(config)));
      await startAndRegister('mapped', ['--watch-config-map', '--namespace', CONFIG_NAMESPACE]);
    });

    it('gives a role to one ServiceAccount, or to its name in every namespace', async () => {
      const before = ['AWS_STS_REGIONAL_ENDPOINTS=regional'];
      await expectInjection('exact', toInjection({ role: OTHER_ROLE_ARN, expirationSeconds: 7200 }));
      await expectInjection('anywhere', toInjection({ role: OTHER_ROLE_ARN, before }));
    });

    it('gives way to an annotation', async () => {
      await expectInjection('annotated', toInjection({ role: ROLE_ARN }));
    });

    it('is followed when it changes, kept when it is unreadable, and forgotten when it is deleted', async () => {
      const config = { 'mapped/exact': { RoleARN: ROLE_ARN, Audience: audience } };
      await cluster.client.merge(toConfigMap(JSON.stringify(config)));
      await expectInjection('exact', toInjection({ role: ROLE_ARN }));
      await expectInjection('anywhere', toNoInjection());

      await cluster.client.merge(toConfigMap('{"mapped/exact": {'));
      for (let again = 0; again < 10; again++)
        await expectInjection('exact', toInjection({ role: ROLE_ARN }));

      await cluster.client.delete(toConfigMap(''));
      await expectInjection('exact', toNoInjection());
    });
  });

  describe('a ConfigMap that is malformed from the start', () => {
    const metadata = { name: 'pod-identity-webhook', namespace: BROKEN };

    function toConfigMap(config: string): KubeObject {
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { config } };
    }

    it('leaves out whom only it could name, with a warning, until it is corrected', async () => {
      await cluster.client.create(toServiceAccount(BROKEN, 'plain', {}));
      await cluster.client.create(toServiceAccount(BROKEN, 'annotated', { 'role-arn': ROLE_ARN }));
      const entry = { RoleARN: OTHER_ROLE_ARN, Audience: 'sts.amazonaws.com' };
      const config = JSON.stringify({ [`${BROKEN}/plain`]: entry });
      await cluster.client.create(toConfigMap(config.replace(/}$/, ',}')));
      await grantWebhook(cluster.client, USER, BROKEN);
      await startAndRegister(BROKEN, ['--watch-config-map', '--namespace', BROKEN]);
      await eventually(async () => {
        expect(readInjection(await rehearse(BROKEN, 'annotated'))).toEqual(toInjection({ role: ROLE_ARN }));
      });
      const pod = toPod({ namespace: BROKEN, name: 'rehearsal', serviceAccount: 'plain' });
      const { object, warnings } = await cluster.client.create(pod, { dryRun: true });
      expect(readInjection(object)).toEqual(toNoInjection());
      expect(warnings).toEqual([
        'the ConfigMap pod-identity-webhook is malformed: correct it, then create the pod again',
      ]);
      await cluster.client.merge(toConfigMap(config));
      await eventually(async () => {
        expect(readInjection(await rehearse(BROKEN, 'plain'))).toEqual(toInjection({ role: OTHER_ROLE_ARN }));
      });
    });
  });

  describe('container credentials', () => {
    const listName = 'identities.json';

    function writeList(serviceAccounts: readonly string[]): string {
      const identities = serviceAccounts.map((serviceAccount) => ({ namespace: 'listed', serviceAccount }));
      const path = cluster.workspace.write(`${listName}.tmp`, JSON.stringify({ identities }));
      renameSync(path, join(cluster.workspace.folder, listName));
      return join(cluster.workspace.folder, listName);
    }

    beforeAll(async () => {
      for (const name of ['first', 'second']) {
        await cluster.client.create(toServiceAccount('listed', name, { 'role-arn': ROLE_ARN }));
      }
      await startAndRegister('listed', ['--watch-container-credentials-config', writeList(['first'])]);
    });

    it('come before a role, with their own volume, variables and label', async () => {
      const pod = await eventually(async () => {
        const answer = await rehearse('listed', 'first');
        expect(answer.metadata.labels).toEqual({ 'eks.amazonaws.com/pod-identity': 'enabled' });
        return answer;
      });
      const folder = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
      const { token, containers } = readInjection(pod);
      expect(token).toMatchObject({
        name: 'eks-pod-identity-token',
        audience: 'pods.eks.amazonaws.com',
        path: 'eks-pod-identity-token',
      });
      // A default lifetime is spread over its last two hours, so that not all tokens are renewed at once.
      expect(token?.expirationSeconds).toBeGreaterThanOrEqual(79_200);
      expect(token?.expirationSeconds).toBeLessThanOrEqual(86_400);
      expect(containers).toEqual({
        app: {
          env: [
            'GREETING=hello',
            'AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials',
            `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=${folder}/eks-pod-identity-token`,
          ],
          lastMount: `eks-pod-identity-token at ${folder} (read only)`,
        },
      });
    });

    it('leave what is not listed to its role, and follow the list', async () => {
      const role = toInjection({ role: ROLE_ARN });
      expect(readInjection(await rehearse('listed', 'second'))).toEqual(role);
      writeList(['second']);
      await eventually(
        async () => {
          expect(readInjection(await rehearse('listed', 'first'))).toEqual(role);
          expect(readInjection(await rehearse('listed', 'second')).token?.name).toBe(
            'eks-pod-identity-token',
          );
        },
        { timeout: 30_000 },
      );
    });
  });
});
