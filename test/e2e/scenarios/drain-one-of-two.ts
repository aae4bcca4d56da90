/**
 * Two replicas behind an admission Service under failurePolicy Fail; one of them gets SIGTERM in the middle of a load.
 * Runs in a network namespace of its own (see test/support/e2e/network-namespace.ts), because an endpoint must have an
 * address that is no loopback address. There is no kube-proxy: with `--enable-aggregator-routing` the API server
 * picks an endpoint itself.
 *
 * Writes what it saw, a {@link Sighting}, as JSON to the file that its first argument names.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../../support/child.ts';
import { type Cluster, startCluster } from '../../support/e2e/cluster.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { grantWebhook, ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../../support/e2e/fixtures.ts';
import { readRole } from '../../support/e2e/injection.ts';
import { type LoadResult, startLoad } from '../../support/e2e/load.ts';
import { NAMESPACE_ADDRESS } from '../../support/e2e/network-namespace.ts';
import type { KubeObject } from '../../support/e2e/objects.ts';
import { registerWebhook } from '../../support/e2e/registration.ts';
import { startWebhook, type Webhook } from '../../support/e2e/webhook.ts';

interface Sighting extends LoadResult {
  /** How the replica that got SIGTERM ended. */
  readonly ending: Ending;
  /** The API server's creates went on after the replica was gone. */
  readonly askedAfterSigterm: boolean;
}

const USER = 'iam-bridge';
const SERVICE = { namespace: 'identity-system', name: 'pod-identity-webhook' };
const PROBE_PERIOD = 250;

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: drain-one-of-two.ts OUTPUT');
const cluster = await startCluster({ users: [USER], apiServerFlags: ['--enable-aggregator-routing=true'] });
try {
  writeFileSync(output, JSON.stringify(await observe()));
} catch (error) {
  console.error(cluster.readLogTails());
  throw error;
} finally {
  await cluster.stop();
}

async function observe(): Promise<Sighting> {
  const { client, authority } = cluster;
  await grantWebhook(client, USER);
  await client.create(toNamespace(SERVICE.namespace));
  await client.create(toNamespace('load'));
  await client.create(toServiceAccount('load', 's3-echoer', { 'role-arn': ROLE_ARN }));
  await client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: SERVICE,
    spec: { ports: [{ name: 'https', port: 443, protocol: 'TCP' }] },
  });
  const replicas = await Promise.all([
    startReplica(cluster, 'replica-0'),
    startReplica(cluster, 'replica-1'),
  ]);
  const [leaving] = replicas;
  const prober = startProber(cluster, replicas);
  await prober.settled();
  await registerWebhook(client, {
    name: 'pod-identity-webhook',
    target: { service: { ...SERVICE, path: '/mutate' } },
    caBundle: authority.certificate,
    failurePolicy: 'Fail',
  });

  const load = startLoad({
    client,
    toPod: (n) => toPod({ namespace: 'load', name: `load-${n}`, serviceAccount: 's3-echoer' }),
    findFault: (pod) => (readRole(pod) === ROLE_ARN ? undefined : `${pod.metadata.name}: no role`),
    workers: 8,
    limit: 8_000,
  });
  await load.passed(200);
  await eventually(async () => {
    await openConnections();
    if (!(await wereAsked(replicas))) throw new Error('one of both was never asked');
  });
  leaving.kill('SIGTERM');
  const ending = await leaving.child.exited;
  const whenGone = load.count();
  await load.passed(200);
  const result = await load.stop();
  await prober.stop();
  return { ...result, ending, askedAfterSigterm: result.creates > whenGone };
}

function startReplica(of: Cluster, name: string): Promise<Webhook> {
  return startWebhook({
    cluster: of,
    name,
    names: [`${SERVICE.name}.${SERVICE.namespace}.svc`],
    kubeconfig: of.findKubeconfig(USER),
    flags: ['--shutdown-delay=3s'],
  });
}

/** The API server chooses for each connection that it opens, and opens one where all others are busy. */
async function openConnections(): Promise<void> {
  const pod = toPod({ namespace: 'load', name: 'crowd', serviceAccount: 's3-echoer' });
  await Promise.all(Array.from({ length: 24 }, () => cluster.client.create(pod, { dryRun: true })));
}

async function wereAsked(replicas: readonly Webhook[]): Promise<boolean> {
  return (await Promise.all(replicas.map(countReviews))).every((count) => count > 0);
}

async function countReviews(webhook: Webhook): Promise<number> {
  const lines = (await webhook.readMetrics())
    .split('\n')
    .filter((line) => line.startsWith('http_request_count{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Does the work of the kubelet and the endpoint controller: a replica that is not ready is taken out of the slices. */
function startProber(
  of: Cluster,
  replicas: readonly Webhook[],
): { settled(): Promise<void>; stop(): Promise<void> } {
  let stopped = false;
  const ready = new Map<Webhook, boolean>();

  async function probe(): Promise<void> {
    for (const [index, replica] of replicas.entries()) {
      const isReady = await replica.isReady();
      if (ready.get(replica) === isReady) continue;
      ready.set(replica, isReady);
      await of.client.apply(toSlice(`${SERVICE.name}-${index}`, isReady ? replica.port : undefined));
    }
  }

  async function work(): Promise<void> {
    while (!stopped) {
      await probe();
      await sleep(PROBE_PERIOD);
    }
  }

  const first = probe();
  const running = first.then(work);
  return {
    settled: () => first,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

/** One slice per replica, because all endpoints of a slice share its ports. */
function toSlice(name: string, port: number | undefined): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: SERVICE.namespace, labels: { 'kubernetes.io/service-name': SERVICE.name } },
    addressType: 'IPv4',
    ports: port === undefined ? [] : [{ name: 'https', port, protocol: 'TCP' }],
    endpoints: port === undefined ? [] : [{ addresses: [NAMESPACE_ADDRESS], conditions: { ready: true } }],
  };
}
