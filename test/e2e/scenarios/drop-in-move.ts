/**
 * The Go webhook runs by its own manifests, and pods are created without a pause. First ours is registered beside it and
 * the Go one is taken away; then the other way round, by nothing but another image behind the same Service. Runs in a
 * network namespace of its own. All replicas share its ports, where pods have their own, so that the second one of each
 * pair gets others.
 *
 * Writes a {@link Sighting} as JSON to the file that its first argument names; PEER_WEBHOOK names the Go program.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../../support/e2e/cluster.ts';
import { awaitReady } from '../../support/e2e/components.ts';
import { createObjects, readDropIn } from '../../support/e2e/drop-in.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { fetchText } from '../../support/e2e/fetch-text.ts';
import { ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../../support/e2e/fixtures.ts';
import { buildLocalImage, type LocalImage } from '../../support/e2e/image.ts';
import { type LoadResult, startLoad } from '../../support/e2e/load.ts';
import { NAMESPACE_ADDRESS } from '../../support/e2e/network-namespace.ts';
import type { KubeObject, Pod, PodSpec } from '../../support/e2e/objects.ts';
import { type PodContainer, startPodContainer } from '../../support/e2e/pod-container.ts';
import { registerWebhook } from '../../support/e2e/registration.ts';

export interface Sighting {
  /** Ours beside the Go one, then ours alone. */
  readonly besides: Move;
  /** The Go image behind the Service, then ours. */
  readonly swapped: Move;
}

interface Move extends LoadResult {
  /** Reviews that each of both had answered by its end. */
  readonly asked: { readonly theirs: number; readonly ours: number };
}

const [output] = process.argv.slice(2);
const peer = process.env['PEER_WEBHOOK'];
if (output === undefined || !peer) throw new Error('usage: PEER_WEBHOOK=PROGRAM drop-in-move.ts OUTPUT');
const SERVICE = { namespace: 'default', name: 'pod-identity-webhook' };
const CONFIGURATION = { name: 'pod-identity-webhook', target: { service: { ...SERVICE, path: '/mutate' } } };
/** Of the manifests, and those of whoever comes beside. */
const FIRST = { port: 443, metricsPort: 9999 };
const SECOND = { port: 8443, metricsPort: 9998 };
type Ports = typeof FIRST;

const dropIn = readDropIn('pod-identity-webhook', 'patch.yaml');
const cluster = await startCluster({ apiServerFlags: ['--enable-aggregator-routing=true'] });
const { client, authority } = cluster;
try {
  writeFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', '443');
  const images = { ours: await buildLocalImage(cluster.workspace), theirs: toPeerImage(peer) };
  await prepare();
  writeFileSync(
    output,
    JSON.stringify({
      besides: await moveBeside(images),
      swapped: await swapImages(images),
    } satisfies Sighting),
  );
} catch (error) {
  console.error(cluster.readLogTails());
  throw error;
} finally {
  await cluster.stop();
}

interface Images {
  readonly ours: LocalImage;
  readonly theirs: LocalImage;
}

/** Its image has the program at /webhook, and runs as root. */
function toPeerImage(program: string): LocalImage {
  return {
    entrypoint: ['/webhook'],
    user: 0,
    mounts: [{ path: '/opt/peer/webhook', source: program, readOnly: true }],
    links: { '/webhook': '/opt/peer/webhook' },
  };
}

async function prepare(): Promise<void> {
  await createObjects(cluster, dropIn.objects);
  const { certificate, key } = authority.issue({
    names: [`${SERVICE.name}.${SERVICE.namespace}.svc`, '127.0.0.1'],
  });
  await client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${SERVICE.name}-cert`, namespace: SERVICE.namespace },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  });
  await client.create(toNamespace('load'));
  await client.create(toServiceAccount('load', 's3-echoer', { 'role-arn': ROLE_ARN }));
}

async function moveBeside({ ours, theirs }: Images): Promise<Move> {
  const old = await startReplica('go-beside', dropIn.theirs, theirs, FIRST);
  await setEndpoint(FIRST);
  // Fail, so that a pod that nobody could be asked about is a create that fails.
  const their = await registerWebhook(client, {
    ...CONFIGURATION,
    caBundle: authority.certificate,
    failurePolicy: 'Fail',
    admissionReviewVersions: ['v1beta1'],
  });
  const load = startCreations('beside');
  await load.passed(200);
  const fresh = await startReplica('ours-beside', await dropIn.change(cluster), ours, SECOND);
  const our = await registerWebhook(client, {
    name: 'iam-bridge',
    target: { url: `https://127.0.0.1:${SECOND.port}/mutate` },
    caBundle: authority.certificate,
    failurePolicy: 'Fail',
  });
  await load.passed(400);
  await their.remove();
  const asked = { theirs: await countReviews(FIRST), ours: 0 };
  await end(old, 1_000);
  await load.passed(400);
  const result = await load.stop();
  asked.ours = await countReviews(SECOND);
  await our.remove();
  await end(fresh, 0);
  return { ...result, asked };
}

async function swapImages({ ours, theirs }: Images): Promise<Move> {
  const old = await startReplica('go-swapped', dropIn.theirs, theirs, FIRST);
  await setEndpoint(FIRST);
  const registration = await registerWebhook(client, {
    ...CONFIGURATION,
    caBundle: authority.certificate,
    failurePolicy: 'Fail',
    admissionReviewVersions: ['v1beta1'],
  });
  const load = startCreations('swapped');
  await load.passed(200);
  const fresh = await startReplica('ours-swapped', await dropIn.change(cluster), ours, SECOND);
  await setEndpoint(SECOND);
  // The Go program closes its port at once when it is told to end: the API server has to know first.
  await sleep(2_000);
  const asked = { theirs: await countReviews(FIRST), ours: 0 };
  await end(old, 0);
  await load.passed(400);
  const result = await load.stop();
  asked.ours = await countReviews(SECOND);
  await registration.remove();
  await end(fresh, 0);
  return { ...result, asked };
}

async function startReplica(
  name: string,
  template: KubeObject & { spec: PodSpec },
  image: LocalImage,
  ports: Ports,
): Promise<PodContainer> {
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error('no container');
  const flags = ports === FIRST ? [] : [`--port=${ports.port}`, `--metrics-port=${ports.metricsPort}`];
  const command = [...(container['command'] as string[]), ...flags];
  const { object } = await client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    // Left alone by both, as the pods of webhooks are.
    metadata: {
      namespace: SERVICE.namespace,
      name,
      labels: { ...template.metadata.labels, 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' },
    },
    spec: { ...template.spec, containers: [{ ...container, command }] },
  });
  const started = await startPodContainer({ cluster, pod: object, container: container.name, image, name });
  await awaitReady(started.child, () => fetchText(`https://127.0.0.1:${ports.port}/healthz`));
  // The Go program has no readiness; ours is asked for it.
  if (image.user !== 0) await eventually(() => fetchText(`http://127.0.0.1:${ports.metricsPort}/readyz`));
  else await sleep(1_000);
  return started;
}

async function end(container: PodContainer, after: number): Promise<void> {
  await sleep(after);
  container.child.kill('SIGTERM');
  await container.child.stop(15_000);
  container.remove();
}

async function setEndpoint({ port }: Ports): Promise<void> {
  await client.apply({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...SERVICE, labels: { 'kubernetes.io/service-name': SERVICE.name } },
    addressType: 'IPv4',
    ports: [{ name: '', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [NAMESPACE_ADDRESS], conditions: { ready: true } }],
  });
}

function startCreations(prefix: string): ReturnType<typeof startLoad> {
  return startLoad({
    client,
    toPod: (n) => toPod({ namespace: 'load', name: `${prefix}-${n}`, serviceAccount: 's3-echoer' }),
    findFault,
    limit: 8_000,
  });
}

/** A pod has its role once: one volume, one mount, one of each variable. */
function findFault({ metadata, spec }: Pod): string | undefined {
  const [container] = spec.containers;
  const counts = {
    volumes: spec.volumes?.filter(({ name }) => name === 'aws-iam-token').length ?? 0,
    mounts: container?.volumeMounts?.filter(({ name }) => name === 'aws-iam-token').length ?? 0,
    roles: container?.env?.filter(({ name, value }) => name === 'AWS_ROLE_ARN' && value === ROLE_ARN).length,
    files: container?.env?.filter(({ name }) => name === 'AWS_WEB_IDENTITY_TOKEN_FILE').length,
  };
  const isOnce = Object.values(counts).every((count) => count === 1);
  return isOnce ? undefined : `${metadata.name}: ${JSON.stringify(counts)}`;
}

async function countReviews({ metricsPort }: Ports): Promise<number> {
  const metrics = await fetchText(`http://127.0.0.1:${metricsPort}/metrics`);
  const lines = metrics.split('\n').filter((line) => line.startsWith('http_request_count{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
