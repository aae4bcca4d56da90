/**
 * Runs other installations' manifests with only our example's change: their objects on a real API server, the command
 * line of the changed pod with its user, limit, mounts and token in a root of its own, their Service and webhook
 * configuration as they are. Runs in a network namespace of its own, for ports below 1024 and for the address of the
 * Service's endpoint.
 *
 * Writes an array of {@link Sighting} as JSON to the file that its first argument names.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ending } from '../../support/child.ts';
import { awaitRbac } from '../../support/e2e/await-rbac.ts';
import { startCluster } from '../../support/e2e/cluster.ts';
import { awaitReady } from '../../support/e2e/components.ts';
import { createObjects, type DropIn, readDropIn, type ServiceTarget } from '../../support/e2e/drop-in.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { fetchText } from '../../support/e2e/fetch-text.ts';
import { ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../../support/e2e/fixtures.ts';
import { buildLocalImage, type LocalImage } from '../../support/e2e/image.ts';
import { type Injection, readInjection } from '../../support/e2e/injection.ts';
import { NAMESPACE_ADDRESS } from '../../support/e2e/network-namespace.ts';
import type { KubeObject, Pod } from '../../support/e2e/objects.ts';
import { type PodContainer, startPodContainer } from '../../support/e2e/pod-container.ts';

/** What became of one installation. */
export interface Sighting {
  readonly name: string;
  readonly image: string;
  readonly uid: number;
  /** Whether the kernel held the process to the manifest's memory limit. */
  readonly isLimited: boolean;
  readonly probe: string | undefined;
  /** Checks of /readyz, with their marks. */
  readonly checks: readonly string[];
  /** Log lines that are no information. */
  readonly complaints: readonly string[];
  /** Of the pod of an annotated ServiceAccount, and of one that the ConfigMap names. */
  readonly annotated: Injection;
  readonly mapped: Injection;
  readonly ending: Ending;
  /** What it says, and how it ends, where the example's sysctl is left out. */
  readonly withoutSysctl: { readonly last: string; readonly ending: Ending } | undefined;
}

const USER = 'aws-pod-identity-webhook';
const EXAMPLES = [
  ['pod-identity-webhook', 'patch.yaml'],
  ['kops-pod-identity-webhook', 'patch.yaml'],
  ['jkroepke-chart', 'values.yaml'],
  ['static-pod-sidecar', 'patch.yaml'],
] as const;

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: drop-in-webhooks.ts OUTPUT');
const cluster = await startCluster({ users: [USER], apiServerFlags: ['--enable-aggregator-routing=true'] });
try {
  const image = await buildLocalImage(cluster.workspace);
  const seen: Sighting[] = [];
  for (const [name, file] of EXAMPLES) seen.push(await observe(readDropIn(name, file), image));
  writeFileSync(output, JSON.stringify(seen));
} catch (error) {
  console.error(cluster.readLogTails());
  throw error;
} finally {
  await cluster.stop();
}

async function observe(dropIn: DropIn, image: LocalImage): Promise<Sighting> {
  await createObjects(cluster, dropIn.objects);
  await awaitRbac(cluster.client);
  const { pod, service } = await createTheirPod(dropIn);
  const withoutSysctl = hasSysctl(pod) ? await tryWithoutSysctl(dropIn.name, pod, image) : undefined;
  setLowestPort(hasSysctl(pod) ? 443 : 1024);
  const container = await start(dropIn.name, pod, image);
  await awaitReady(container.child, () => fetchText(container.probe ?? 'http://127.0.0.1:9999/readyz'));
  // Their probe may pass before the lists are there, as it does for the Go program.
  await eventually(() => fetchText('http://127.0.0.1:9999/readyz'));
  if (service !== undefined) await createEndpoint(service);
  await register(dropIn);
  const injections = await createPods(dropIn.name);
  const checks = (await fetchText('http://127.0.0.1:9999/readyz')).split('\n').filter((line) => line !== '');
  // One drain of ten seconds shows that signals arrive; all have the same.
  if (dropIn.name !== 'pod-identity-webhook') container.child.kill('SIGKILL');
  const ending = await container.child.stop(30_000);
  container.remove();
  if (dropIn.webhookConfiguration !== undefined) await cluster.client.delete(dropIn.webhookConfiguration);
  return {
    name: dropIn.name,
    image: pod.spec.containers.at(-1)?.image ?? '',
    uid: container.uid,
    isLimited: container.isLimited,
    probe: container.probe,
    checks,
    complaints: findComplaints(container.child.readLog()),
    ...injections,
    ending,
    withoutSysctl,
  };
}

interface TheirPod {
  readonly pod: Pod;
  readonly service: ServiceTarget | undefined;
}

/** Their objects, what cert-manager would make of them, and a pod as the Deployment's controller would create it. */
async function createTheirPod(dropIn: DropIn): Promise<TheirPod> {
  const service = dropIn.webhookConfiguration?.webhooks[0]?.clientConfig.service;
  const { certificate, key } = cluster.authority.issue({
    names: service === undefined ? ['127.0.0.1'] : [`${service.name}.${service.namespace}.svc`],
  });
  if (service !== undefined) {
    const { name, namespace } = service;
    await cluster.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${name}-cert`, namespace },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    });
  } else {
    const folder = toHostFolder('certs');
    for (const [name, text] of [['tls.crt', certificate] as const, ['tls.key', key] as const])
      writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const { kind: _, apiVersion: __, metadata, spec } = await dropIn.change(cluster);
  const { namespace = '', name = '', labels = {} } = metadata;
  if (service === undefined) await createObjects(cluster, [toServiceAccount(namespace, 'default')]);
  const { object } = await cluster.client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: `${name}-0`, labels },
    spec,
  });
  return { pod: object, service };
}

function toHostFolder(name: string): string {
  const folder = join(cluster.workspace.folder, 'host', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function start(name: string, pod: Pod, image: LocalImage): Promise<PodContainer> {
  const kubeconfig = toHostFolder('kubeconfig');
  spawnSync('cp', [cluster.findKubeconfig(USER), join(kubeconfig, 'kubeconfig')]);
  chmodSync(join(kubeconfig, 'kubeconfig'), 0o600);
  return startPodContainer({
    cluster,
    pod,
    image,
    name,
    container: pod.spec.containers.at(-1)?.name ?? '',
    hostPaths: {
      '/etc/kubernetes/pod-identity-webhook/certs': toHostFolder('certs'),
      '/etc/kubernetes/pod-identity-webhook/kubeconfig': kubeconfig,
    },
  });
}

function hasSysctl({ spec }: Pod): boolean {
  const { sysctls = [] } = (spec['securityContext'] ?? {}) as { sysctls?: { name: string; value: string }[] };
  return sysctls.some(({ name, value }) => name === 'net.ipv4.ip_unprivileged_port_start' && value === '443');
}

/** Of this network namespace, which nobody else is in. */
function setLowestPort(port: number): void {
  writeFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', String(port));
}

async function tryWithoutSysctl(
  name: string,
  pod: Pod,
  image: LocalImage,
): Promise<Sighting['withoutSysctl']> {
  setLowestPort(1024);
  const container = await start(`${name}-without-sysctl`, pod, image);
  const ending = await container.child.exited;
  container.remove();
  return { last: findComplaints(container.child.readLog()).at(-1) ?? '', ending };
}

/** The endpoint that the controllers would make of the Service and a pod that is ready. */
async function createEndpoint({ name, namespace, port = 443 }: ServiceTarget): Promise<void> {
  const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } };
  const { ports } = (await cluster.client.get(service))['spec'] as {
    ports: { name?: string; port: number }[];
  };
  const { name: portName = '' } = ports.find((each) => each.port === port) ?? {};
  await cluster.client.apply({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    // Named target ports of the examples have the Service's own number.
    ports: [{ name: portName, port, protocol: 'TCP' }],
    endpoints: [{ addresses: [NAMESPACE_ADDRESS], conditions: { ready: true } }],
  });
}

/** Their configuration, with the authority that the annotation asks for and nothing else. */
async function register({ webhookConfiguration }: DropIn): Promise<void> {
  if (webhookConfiguration === undefined) throw new Error('no webhook configuration');
  const caBundle = Buffer.from(cluster.authority.certificate).toString('base64');
  await cluster.client.create({
    ...webhookConfiguration,
    webhooks: webhookConfiguration.webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { ...webhook.clientConfig, caBundle },
    })),
  });
}

async function createPods(name: string): Promise<Pick<Sighting, 'annotated' | 'mapped'>> {
  const { client } = cluster;
  const namespace = `drop-in-${name}`;
  await client.create(toNamespace(namespace));
  await client.create(toServiceAccount(namespace, 'annotated', { 'role-arn': ROLE_ARN }));
  await client.create(toServiceAccount(namespace, 'mapped'));
  // The API server hears of the configuration by a watch of its own.
  await eventually(async () => {
    const pod = toPod({ namespace, name: 'rehearsal', serviceAccount: 'annotated' });
    const { object } = await client.create(pod, { dryRun: true });
    if (readInjection(object).token === undefined) throw new Error(`${name}: the webhook is not called`);
  });
  const create = async (serviceAccount: string): Promise<Injection> =>
    readInjection((await client.create(toPod({ namespace, name: serviceAccount, serviceAccount }))).object);
  return { annotated: await create('annotated'), mapped: await create('mapped') };
}

function findComplaints(log: string): string[] {
  return log.split('\n').filter((line) => line !== '' && !line.includes('"level":"info"'));
}
