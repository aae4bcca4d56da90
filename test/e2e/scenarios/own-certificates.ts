/**
 * Two replicas with certificates of their own behind an admission Service under failurePolicy Fail, with the token of a
 * ServiceAccount that has the rights of own-certificates-rbac.yaml. Runs in a network namespace of its own, as
 * drain-one-of-two.ts does and for the same reason.
 *
 * Writes what it saw, a {@link Sighting}, as JSON to the file that its first argument names.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Timing } from '../../../src/certificates/timing.ts';
import { startChild } from '../../support/child.ts';
import { type AuditedRequest, readAudit } from '../../support/e2e/audit.ts';
import { awaitRbac } from '../../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../../support/e2e/cluster.ts';
import { awaitReady } from '../../support/e2e/components.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { fetchText } from '../../support/e2e/fetch-text.ts';
import { ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../../support/e2e/fixtures.ts';
import { readRole } from '../../support/e2e/injection.ts';
import { NAMESPACE_ADDRESS } from '../../support/e2e/network-namespace.ts';
import type { KubeObject } from '../../support/e2e/objects.ts';
import { findFreePort } from '../../support/free-port.ts';

/** What is expected of it stands in the test. */
interface Sighting {
  readonly first: { readonly role: string | undefined; readonly sameCertificate: boolean };
  readonly rotations: number;
  readonly authorities: number;
  readonly creates: number;
  readonly handshakes: number;
  readonly faults: readonly string[];
  /** ms until it was mended */
  readonly mended: Readonly<Record<string, number>>;
  readonly entries: Readonly<Record<string, readonly string[]>>;
  /** What the audit log says of the ServiceAccount: `verb resource`, and all that was forbidden. */
  readonly used: readonly string[];
  readonly forbidden: readonly string[];
}

const NAMESPACE = 'identity-system';
const NAME = 'pod-identity-webhook';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:${NAME}`;
const ROTATIONS = 100;
const CONFIGURATION = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };

/** A certificate a second, and an authority every few. A certificate is good for a minute: who lags fails for another reason. */
const TIMING: Timing = {
  authorityLife: 120_000,
  leafLife: 60_000,
  renewAt: 1 / 60,
  spread: 1 / 600,
  lead: 1_000,
  skew: 60_000,
  look: 200,
  writes: { burst: 1_000, perSecond: 50 },
};

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: own-certificates.ts OUTPUT');
const AUDIT = 'audit.log';
const cluster = await startCluster({ apiServerFlags: ['--enable-aggregator-routing=true'], audit: AUDIT });
try {
  writeFileSync(output, JSON.stringify(await observe()));
} catch (error) {
  console.error(cluster.readLogTails());
  throw error;
} finally {
  await cluster.stop();
}

async function observe(): Promise<Sighting> {
  await prepare();
  const kubeconfig = await createAccountKubeconfig(cluster);
  const replicas = await Promise.all([0, 1].map((index) => startReplica(`replica-${index}`, kubeconfig)));
  for (const [index, { port }] of replicas.entries())
    await cluster.client.apply(toSlice(`${NAME}-${index}`, port));
  const created = await eventually(async () => (await cluster.client.create(toLoadPod(0))).object);
  const first = {
    role: readRole(created),
    sameCertificate: new Set(await Promise.all(replicas.map(({ port }) => shakeHands(port)))).size === 1,
  };
  const load = startWork(replicas.map(({ port }) => port));
  const before = await countRotations(replicas);
  await eventually(
    async () => {
      const { certificates } = await countRotations(replicas);
      if (certificates < before.certificates + ROTATIONS) throw new Error(`${certificates} rotations so far`);
    },
    { timeout: 240_000, interval: 1_000 },
  );
  const after = await countRotations(replicas);
  const result = await load.stop();
  const mended = await observeMending();
  const entries = await observeEntries();
  return {
    first,
    rotations: after.certificates - before.certificates,
    authorities: after.authorities - before.authorities,
    ...result,
    mended,
    entries,
    ...listRequests(),
  };
}

async function prepare(): Promise<void> {
  const { client } = cluster;
  await client.create(toNamespace(NAMESPACE));
  await client.create(toNamespace('load'));
  await client.create(toServiceAccount('load', 's3-echoer', { 'role-arn': ROLE_ARN }));
  await client.create(toServiceAccount(NAMESPACE, NAME));
  await client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: { ports: [{ name: 'https', port: 443, protocol: 'TCP' }] },
  });
  await kubectl(['apply', '-f', join(import.meta.dirname, 'own-certificates-rbac.yaml')]);
  await awaitRbac(client);
  await applyConfiguration(['pods', 'strict']);
}

/** As a chart does by Helm's server-side apply: without caBundle. */
async function applyConfiguration(names: readonly string[]): Promise<void> {
  await cluster.client.apply({
    ...CONFIGURATION,
    metadata: { name: NAME },
    webhooks: names.map((name) => ({
      name: `${name}.iam-bridge.test`,
      clientConfig: { service: { namespace: NAMESPACE, name: NAME, path: '/mutate' } },
      failurePolicy: 'Fail',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      timeoutSeconds: 10,
      rules: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE'],
          resources: ['pods'],
          scope: 'Namespaced',
        },
      ],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'load' } },
    })),
  });
}

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr}`);
  return stdout;
}

async function createAccountKubeconfig({ server, authority, workspace }: Cluster): Promise<string> {
  const token = (await kubectl(['create', 'token', NAME, `--namespace=${NAMESPACE}`])).trim();
  const ca = Buffer.from(authority.certificate).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'account' } }],
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'account', user: { token } }],
  };
  return workspace.write('account.kubeconfig', JSON.stringify(config));
}

interface Replica {
  readonly port: number;
  readMetrics(): Promise<string>;
}

async function startReplica(name: string, kubeconfig: string): Promise<Replica> {
  const [port, metricsPort] = await Promise.all([findFreePort(), findFreePort()]);
  const child = startChild({
    workspace: cluster.workspace,
    name,
    command: [
      process.execPath,
      join(import.meta.dirname, '..', '..', 'support', 'e2e', 'webhook-with-timing.ts'),
      JSON.stringify(TIMING),
      `--kubeconfig=${kubeconfig}`,
      `--namespace=${NAMESPACE}`,
      `--port=${port}`,
      `--metrics-port=${metricsPort}`,
      '--shutdown-delay=0s',
    ],
  });
  cluster.adopt(child);
  const ops = `http://127.0.0.1:${metricsPort}`;
  await awaitReady(child, () => fetchText(`${ops}/readyz`));
  return { port, readMetrics: () => fetchText(`${ops}/metrics`) };
}

async function countRotations(
  replicas: readonly Replica[],
): Promise<{ certificates: number; authorities: number }> {
  const texts = await Promise.all(replicas.map((replica) => replica.readMetrics()));
  const count = (step: string): number =>
    texts.reduce(
      (sum, text) =>
        sum +
        Number(
          new RegExp(`^iam_bridge_tls_secret_writes_total\\{step="${step}"\\} (\\d+)$`, 'm').exec(
            text,
          )?.[1] ?? 0,
        ),
      0,
    );
  return { certificates: count('renew') + count('promote'), authorities: count('promote') };
}

/** Pods all the time, and, since the API server keeps its connections, handshakes by what the API server trusts now. */
function startWork(ports: readonly number[]): {
  stop(): Promise<Pick<Sighting, 'creates' | 'handshakes' | 'faults'>>;
} {
  const faults: string[] = [];
  let [creates, handshakes, stopped] = [0, 0, false];
  const repeat = async (work: () => Promise<unknown>): Promise<void> => {
    while (!stopped) {
      await work().catch((error: unknown) => faults.push(`${new Date().toISOString()} ${String(error)}`));
      await sleep(20);
    }
  };
  const running = Promise.all([
    ...[1, 2].map(() =>
      repeat(async () => {
        creates += 1;
        const { object } = await cluster.client.create(toLoadPod(creates), { dryRun: true });
        if (readRole(object) !== ROLE_ARN) faults.push(`${object.metadata.name}: no role`);
      }),
    ),
    ...ports.map((port) =>
      repeat(async () => {
        handshakes += 1;
        await shakeHands(port);
      }),
    ),
  ]);
  return {
    async stop() {
      stopped = true;
      await running;
      return { creates, handshakes, faults: faults.slice(0, 20) };
    },
  };
}

function toLoadPod(n: number) {
  return toPod({ namespace: 'load', name: `load-${n}`, serviceAccount: 's3-echoer' });
}

interface Configuration extends KubeObject {
  readonly webhooks: readonly {
    readonly name: string;
    readonly clientConfig: { readonly caBundle?: string };
  }[];
}

async function readConfiguration(): Promise<Configuration> {
  return await cluster.client.get<Configuration>({
    ...CONFIGURATION,
    metadata: { name: NAME },
    webhooks: [],
  });
}

async function readBundle(): Promise<string> {
  const { webhooks } = await readConfiguration();
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}

/** @returns the certificate's fingerprint */
async function shakeHands(port: number): Promise<string> {
  const ca = await readBundle();
  return await new Promise((resolve, reject) => {
    const servername = `${NAME}.${NAMESPACE}.svc`;
    const socket = connect({ port, host: '127.0.0.1', ca, servername }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Each is done to a cluster that is in order, and measured until it is again: pods are created, both certificates are trusted. */
async function observeMending(): Promise<Record<string, number>> {
  const spoil = (operation: object) => {
    const patch = [0, 1].map((index) => ({ ...operation, path: `/webhooks/${index}/clientConfig/caBundle` }));
    return kubectl([
      'patch',
      'mutatingwebhookconfiguration',
      NAME,
      '--type=json',
      `-p=${JSON.stringify(patch)}`,
    ]);
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: NAME, namespace: NAMESPACE } };
  const foreign = Buffer.from(cluster.authority.certificate).toString('base64');
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    'emptied bundle': () => spoil({ op: 'remove' }),
    'foreign bundle': () => spoil({ op: 'replace', value: foreign }),
    'emptied Secret': () =>
      kubectl([
        'patch',
        'secret',
        NAME,
        `--namespace=${NAMESPACE}`,
        '--type=json',
        '-p=[{"op":"remove","path":"/data"}]',
      ]),
    'deleted Secret': () => cluster.client.delete(secret),
  };
  const seen: Record<string, number> = {};
  for (const [what, deed] of Object.entries(deeds)) {
    await deed();
    const begun = performance.now();
    await eventually(async () => {
      await cluster.client.create(toLoadPod(1), { dryRun: true });
      const { data = {} } = await cluster.client.get<KubeObject & { data?: Record<string, string> }>(secret);
      const bundles = (await readConfiguration()).webhooks.map(({ clientConfig: { caBundle } }) => caBundle);
      if (data['ca.crt'] === undefined || bundles.some((bundle) => bundle !== data['ca.crt']))
        throw new Error(`${what}: not mended`);
    });
    seen[what] = Math.round(performance.now() - begun);
  }
  return seen;
}

/** Whoever renders the configuration may take an entry out, and bring it back. */
async function observeEntries(): Promise<Sighting['entries']> {
  const read = async () => (await readConfiguration()).webhooks.map(({ name }) => name);
  await applyConfiguration(['pods']);
  const less = await read();
  await applyConfiguration(['pods', 'strict']);
  await eventually(async () => {
    const { webhooks } = await readConfiguration();
    if (webhooks.some(({ clientConfig }) => clientConfig.caBundle === undefined))
      throw new Error('no caBundle');
  });
  return { less, more: await read() };
}

function listRequests(): Pick<Sighting, 'used' | 'forbidden'> {
  const requests = readAudit(join(cluster.workspace.folder, AUDIT)).filter(
    ({ user, userAgent }) => user.username === ACCOUNT && userAgent === 'iam-bridge',
  );
  const label = ({ verb, objectRef }: AuditedRequest): string => `${verb} ${objectRef?.resource}`;
  return {
    used: [...new Set(requests.map(label))].sort(),
    forbidden: requests.filter(({ responseStatus }) => responseStatus?.code === 403).map(label),
  };
}

/** One slice per replica, because all endpoints of a slice share its ports. */
function toSlice(name: string, port: number): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [NAMESPACE_ADDRESS], conditions: { ready: true } }],
  };
}
