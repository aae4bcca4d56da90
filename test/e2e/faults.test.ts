import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAuthority, type KeyPair } from '../support/certificates.ts';
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
import { readRole } from '../support/e2e/injection.ts';
import { startLoad } from '../support/e2e/load.ts';
import { type Registration, registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook, type Webhook } from '../support/e2e/webhook.ts';

const USER = 'iam-bridge';
const NAMESPACE = 'rough';
/** A watch that met an API server that was away lets up to half a minute go by. */
const PATIENCE = { timeout: 60_000 };

describeOnCluster('a webhook in rough weather', () => {
  let cluster: Cluster;
  let webhook: Webhook;
  let registration: Registration;

  beforeAll(async () => {
    cluster = await startCluster({ users: [USER] });
    const { client } = cluster;
    await grantWebhook(client, USER);
    await client.create(toNamespace(NAMESPACE));
    await client.create(toServiceAccount(NAMESPACE, 'steady', { 'role-arn': ROLE_ARN }));
    webhook = await startWebhook({ cluster, kubeconfig: cluster.findKubeconfig(USER) });
    registration = await registerWebhook(client, {
      name: 'pod-identity-webhook',
      target: { url: webhook.url },
      caBundle: webhook.caBundle,
      failurePolicy: 'Fail',
    });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  it('serves a rotated certificate under load, and no create fails', async () => {
    const load = startLoad({
      client: cluster.client,
      toPod: (n) => toPod({ namespace: NAMESPACE, name: `load-${n}`, serviceAccount: 'steady' }),
      findFault: (pod) => (readRole(pod) === ROLE_ARN ? undefined : `${pod.metadata.name}: no role`),
    });
    await load.passed(50);
    const names = ['127.0.0.1'];

    // As cert-manager does: the same authority, all files at once.
    const renewed = cluster.authority.issue({ names });
    webhook.tls.swap(renewed);
    await awaitServed(renewed);

    // Another authority: known to the API server first, alone afterwards, when it has to connect anew.
    const next = createAuthority('iam-bridge e2e, next');
    await registration.update({ caBundle: `${webhook.caBundle}${next.certificate}` });
    const foreign = next.issue({ names });
    webhook.tls.swap(foreign);
    await awaitServed(foreign);
    await registration.update({ caBundle: next.certificate });
    await load.passed(50);

    // By hand: while certificate and key do not belong together, the old pair is served.
    const last = next.issue({ names });
    await webhook.tls.overwrite(last, async () => {
      const refused = /^iam_bridge_tls_certificate_reloads_total\{result="refused"\} [1-9]/m;
      await eventually(async () => expect(await webhook.readMetrics()).toMatch(refused), PATIENCE);
      await load.passed(50);
      expect(await webhook.readFingerprint()).toBe(toFingerprint(foreign));
    });
    await awaitServed(last);
    await load.passed(50);

    const { creates, faults } = await load.stop();
    expect(faults).toEqual([]);
    expect(creates).toBeGreaterThanOrEqual(200);
  });

  async function awaitServed(pair: KeyPair): Promise<void> {
    await eventually(async () => expect(await webhook.readFingerprint()).toBe(toFingerprint(pair)), PATIENCE);
  }

  function toFingerprint({ certificate }: KeyPair): string {
    return new X509Certificate(certificate).fingerprint256;
  }

  it('resumes its watch after the API server was killed, and holds nothing stale', async () => {
    const toVersion = (name: string, role: string | null = null) =>
      toServiceAccount(NAMESPACE, name, { 'role-arn': role });
    for (const name of ['changed', 'bared', 'remade']) await cluster.client.create(toVersion(name, ROLE_ARN));
    for (const name of ['changed', 'bared', 'remade']) await expectRole(name, ROLE_ARN);

    // Everything changes while the webhook hears nothing: a second API server on the same etcd takes the writes.
    const twin = await cluster.startTwin();
    await cluster.killApiServer();
    await twin.merge(toVersion('changed', OTHER_ROLE_ARN));
    await twin.merge(toVersion('bared'));
    await twin.delete(toVersion('remade'));
    await twin.create(toServiceAccount(NAMESPACE, 'remade'));
    await twin.create(toVersion('born', ROLE_ARN));
    expect(await webhook.isReady()).toBe(true);

    await cluster.startApiServer();
    await expectRole('changed', OTHER_ROLE_ARN);
    await expectRole('bared', undefined);
    await expectRole('remade', undefined);
    await expectRole('born', ROLE_ARN);
    await expectRole('steady', ROLE_ARN);

    // And the watch is a live one again.
    await cluster.client.merge(toVersion('changed', ROLE_ARN));
    await expectRole('changed', ROLE_ARN);
  });

  async function expectRole(serviceAccount: string, role: string | undefined): Promise<void> {
    const pod = toPod({ namespace: NAMESPACE, name: 'rehearsal', serviceAccount });
    await eventually(async () => {
      const { object } = await cluster.client.create(pod, { dryRun: true });
      expect(readRole(object)).toBe(role);
    }, PATIENCE);
  }
});
