import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
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
import { registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { findPeer, startWebhook } from '../support/e2e/webhook.ts';

const USER = 'iam-bridge';
const NAMESPACE = 'accounts';
const PEER_NAMESPACE = 'accounts-peer';
const PAIRS = 500;

describeOnCluster('ServiceAccounts that come, change and go', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ users: [USER] });
    const { client } = cluster;
    await grantWebhook(client, USER);
    const webhook = await startWebhook({ cluster, kubeconfig: cluster.findKubeconfig(USER) });
    for (const namespace of [NAMESPACE, PEER_NAMESPACE]) await client.create(toNamespace(namespace));
    await registerWebhook(client, {
      name: 'pod-identity-webhook',
      target: { url: webhook.url },
      caBundle: webhook.caBundle,
      failurePolicy: 'Fail',
      namespaces: [NAMESPACE],
    });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  it(`misses none of ${PAIRS} pods that are created right after their ServiceAccount`, async () => {
    const ours = await createPairs(NAMESPACE);
    const peer = await createPairsUnderPeer();
    console.log(
      `${PAIRS} pods, each sent ${ours.medianGap.toFixed(2)} ms (median) after its ServiceAccount was answered: ` +
        `${ours.missed.length} missed${peer === undefined ? '' : `; ${peer.missed.length} by the Go program`}`,
    );
    expect(ours.missed).toEqual([]);
    expect(ours.medianGap).toBeLessThan(1);
  });

  async function createPairsUnderPeer(): Promise<Pairs | undefined> {
    const program = findPeer();
    if (program === undefined) return undefined;
    const peer = await startWebhook({ cluster, program, name: 'peer' });
    const registration = await registerWebhook(cluster.client, {
      name: 'peer-webhook',
      target: { url: peer.url },
      caBundle: peer.caBundle,
      // Its released versions answer v1beta1 only.
      admissionReviewVersions: ['v1beta1'],
      namespaces: [PEER_NAMESPACE],
    });
    const pairs = await createPairs(PEER_NAMESPACE);
    await registration.remove();
    return pairs;
  }

  interface Pairs {
    readonly missed: readonly string[];
    /** Milliseconds between the answer to the ServiceAccount and the sending of its pod. */
    readonly medianGap: number;
  }

  async function createPairs(namespace: string): Promise<Pairs> {
    const missed: string[] = [];
    const gaps: number[] = [];
    let next = 0;

    async function work(): Promise<void> {
      while (next < PAIRS) {
        const name = `fresh-${next++}`;
        const pod = toPod({ namespace, name, serviceAccount: name });
        await cluster.client.create(toServiceAccount(namespace, name, { 'role-arn': ROLE_ARN }));
        const answered = performance.now();
        const creation = cluster.client.create(pod);
        gaps.push(performance.now() - answered);
        if (readRole((await creation).object) !== ROLE_ARN) missed.push(name);
      }
    }

    await Promise.all(Array.from({ length: 4 }, work));
    const medianGap = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Number.NaN;
    return { missed, medianGap };
  }

  /** The role that a pod of this ServiceAccount would get now. */
  async function rehearse(serviceAccount: string): Promise<string | undefined> {
    const pod = toPod({ namespace: NAMESPACE, name: 'rehearsal', serviceAccount });
    return readRole((await cluster.client.create(pod, { dryRun: true })).object);
  }

  /** Waits until the webhook has heard, and looks some more: it must not fall back to what it knew before. */
  async function expectRole(serviceAccount: string, role: string | undefined): Promise<void> {
    await eventually(async () => expect(await rehearse(serviceAccount)).toBe(role), { timeout: 5_000 });
    for (let again = 0; again < 10; again++) expect(await rehearse(serviceAccount)).toBe(role);
  }

  it('follows an annotation that changes, goes and comes back', async () => {
    const { client } = cluster;
    const toVersion = (role: string | null) => toServiceAccount(NAMESPACE, 'changing', { 'role-arn': role });
    await client.create(toVersion(ROLE_ARN));
    await expectRole('changing', ROLE_ARN);
    await client.merge(toVersion(OTHER_ROLE_ARN));
    await expectRole('changing', OTHER_ROLE_ARN);
    await client.merge(toVersion(null));
    await expectRole('changing', undefined);
    await client.merge(toVersion(ROLE_ARN));
    await expectRole('changing', ROLE_ARN);
  });

  it('forgets a deleted ServiceAccount when another comes under its name', async () => {
    const { client } = cluster;
    const toVersion = (annotations: Record<string, string>) =>
      toServiceAccount(NAMESPACE, 'remade', annotations);
    await client.create(toVersion({ 'role-arn': ROLE_ARN }));
    await expectRole('remade', ROLE_ARN);

    await client.delete(toVersion({}));
    await client.create(toVersion({}));
    await expectRole('remade', undefined);

    await client.delete(toVersion({}));
    await client.create(toVersion({ 'role-arn': OTHER_ROLE_ARN }));
    await expectRole('remade', OTHER_ROLE_ARN);
  });
});
