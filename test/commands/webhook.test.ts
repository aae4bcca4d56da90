import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority, type KeyPair } from '../support/certificates.ts';
import { type FakeCluster, startFakeCluster } from '../support/commands/fake-cluster.ts';
import {
  awaitLine,
  type Checkout,
  createCheckout,
  endPrograms,
  type Outcome,
  type Program,
  readLog,
  run,
  start,
} from '../support/commands/program.ts';
import { findFreePort } from '../support/free-port.ts';
import { call } from '../support/http/client.ts';
import { parseScrape } from '../support/http/scrape.ts';
import { createTlsFolder, type TlsFolder } from '../support/tls-folder.ts';
import { until } from '../support/until.ts';
import { parseAnswer, ROLE, readPatch, renderPod, renderReview } from '../support/webhook/reviews.ts';

const ROLE_ANNOTATION = { 'eks.amazonaws.com/role-arn': ROLE };
const authority = createAuthority('iam-bridge tests');

let checkout: Checkout;
let folder: string;
let files: TlsFolder;
let cluster: FakeCluster;

beforeAll(() => {
  checkout = createCheckout();
});

afterAll(() => checkout.remove());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-webhook-'));
  files = createTlsFolder(join(folder, 'tls'), issuePair());
  cluster = await startFakeCluster();
});

afterEach(async () => {
  await endPrograms();
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

function issuePair(validity: { readonly notBefore?: number; readonly notAfter?: number } = {}): KeyPair {
  return authority.issue({ names: ['127.0.0.1'], ...validity });
}

/** The flags that every webhook of these tests runs with. */
function toFlags(...more: readonly string[]): string[] {
  return [
    '--in-cluster=false',
    `--kube-api=${cluster.url}`,
    `--tls-cert=${files.certificatePath}`,
    `--tls-key=${files.keyPath}`,
    '--bind-address=127.0.0.1',
    '--port=0',
    '--metrics-port=0',
    '--shutdown-delay=0s',
    ...more,
  ];
}

interface Webhook {
  readonly program: Program;
  /** Of `/mutate`, with the authority of its certificate; see `call`. */
  readonly door: Parameters<typeof call>[0];
  readonly ops: string;
}

/** Starts a webhook and returns when both of its ports listen, ready or not. */
async function startWebhook(
  flags: readonly string[] = toFlags(),
  options: { readonly way?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Webhook> {
  const program = start([...(options.way ?? [...checkout.ways.source, 'webhook']), ...flags], options.env);
  const { port } = await awaitLine(program, 'webhook listens (HTTPS)');
  const { port: metricsPort } = await awaitLine(program, 'probes and metrics listen (HTTP)');
  // The server behind the door is in another process: only its address matters here.
  const door = { port: Number(port), ca: authority.certificate } as Webhook['door'];
  return { program, door, ops: `http://127.0.0.1:${metricsPort}` };
}

async function startReady(...args: Parameters<typeof startWebhook>): Promise<Webhook> {
  const webhook = await startWebhook(...args);
  await awaitReady(webhook);
  return webhook;
}

async function awaitReady({ ops, program }: Webhook): Promise<void> {
  let ready = false;
  const ask = async (): Promise<void> => {
    while (!ready && program.child.exitCode === null) ready = (await fetch(`${ops}/readyz`)).ok;
  };
  void ask().catch(() => {});
  await until(() => ready, 'the webhook is ready');
}

async function read(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

async function mutate({ door }: Webhook, serviceAccount = 'web'): Promise<string> {
  return (await call(door, { body: renderReview(renderPod(serviceAccount)) })).text;
}

function readReason(text: string): string {
  return parseAnswer(text).response.auditAnnotations.reason;
}

function stop(webhook: Webhook, signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
  webhook.program.child.kill(signal);
  return webhook.program.ended;
}

/** A line of a stack trace. */
const TRACE = /\\n\s+at |^\s+at /m;

describe.each(['source', 'iam-bridge', 'webhook'] as const)('started by way of %s', (way) => {
  test('it becomes ready, mutates a pod, counts it, and stops with 0', async () => {
    cluster.setAccount('shop/web', ROLE_ANNOTATION);
    const command = way === 'webhook' ? checkout.ways.webhook : [...checkout.ways[way], 'webhook'];
    const webhook = await startReady(toFlags('-v=3'), { way: command });
    const operations = readPatch(await mutate(webhook));
    expect(operations.map(({ path }) => path)).toContain('/spec/volumes');
    expect(JSON.stringify(operations)).toContain(ROLE);
    expect(await read(`${webhook.ops}/livez`)).toEqual({ status: 200, text: 'ok' });
    const metrics = parseScrape((await read(`${webhook.ops}/metrics`)).text);
    expect(metrics.get('pod_identity_webhook_pod_count{method="sts_web_identity"}')).toBe(1);
    expect(metrics.get('iam_bridge_service_accounts{state="known"}')).toBe(1);
    const { code, signal, stdout, stderr } = await stop(webhook);
    expect([code, signal, stdout]).toEqual([0, null, '']);
    const log = readLog(stderr);
    expect(log[0]).toMatchObject({ level: 'info', msg: 'iam-bridge webhook starts' });
    expect(log.at(-1)).toMatchObject({ level: 'info', msg: 'iam-bridge webhook stopped' });
    expect(log.find(({ msg }) => msg === 'admission')).toMatchObject({
      reason: 'web-identity',
      namespace: 'shop',
    });
  });
});

describe('ready', () => {
  test('is what it is only once the first list was delivered', async () => {
    await cluster.close();
    cluster = await startFakeCluster({ held: true });
    cluster.setAccount('shop/web', ROLE_ANNOTATION);
    const webhook = await startWebhook();
    await until(() => cluster.paths.includes('GET /api/v1/serviceaccounts'), 'the list was asked for');
    const { status, text } = await read(`${webhook.ops}/readyz`);
    expect(status).toBe(503);
    expect(text).toMatch(/^\[-\]serviceaccounts the first list was not delivered yet$/m);
    expect(text).toMatch(/^\[\+\]certificate ok$/m);
    expect((await read(`${webhook.ops}/livez`)).status).toBe(200);
    // Not ready is not useless: the live read finds the account all the same.
    expect(readReason(await mutate(webhook))).toBe('web-identity');
    cluster.release();
    await awaitReady(webhook);
  });

  test('waits for the ConfigMap, too, where that is a source', async () => {
    cluster.setAccount('shop/web');
    cluster.setConfigMap('irsa', JSON.stringify({ 'shop/web': { RoleARN: ROLE }, 'shop/bad': null }));
    const webhook = await startReady(toFlags('--watch-config-map', '--namespace=irsa'));
    expect((await read(`${webhook.ops}/readyz`)).text).toMatch(/^\[\+\]configmaps ok$/m);
    expect(readReason(await mutate(webhook))).toBe('web-identity');
    expect(cluster.paths).toContain('GET /api/v1/namespaces/irsa/configmaps');
    const { stderr } = await stop(webhook);
    const refused = readLog(stderr).filter(({ msg }) => msg.includes('refused'));
    expect(refused).toEqual([expect.objectContaining({ problem: expect.stringContaining('shop/bad') })]);
  });

  test('is what a webhook with a malformed ConfigMap is, which leaves out whom only that could name', async () => {
    cluster.setAccount('shop/web', ROLE_ANNOTATION);
    cluster.setAccount('shop/plain');
    cluster.setConfigMap('eks', '{"shop/plain": {"RoleARN": "x"},}');
    const webhook = await startReady(toFlags('--watch-config-map'));
    const line = /^\[!\]configmaps data\.config is not JSON: no entries were read before, /m;
    expect((await read(`${webhook.ops}/readyz`)).text).toMatch(line);
    expect(readReason(await mutate(webhook))).toBe('web-identity');
    expect(readReason(await mutate(webhook, 'plain'))).toBe('config-map-malformed');
    await awaitLine(webhook.program, 'degraded: of use, and not as it should be');
    const metrics = parseScrape((await read(`${webhook.ops}/metrics`)).text);
    expect(metrics.get('iam_bridge_degraded{check="configmaps"}')).toBe(1);
    cluster.setConfigMap('eks', JSON.stringify({ 'shop/plain': { RoleARN: ROLE } }));
    await awaitLine(webhook.program, 'not degraded any more');
    expect(readReason(await mutate(webhook, 'plain'))).toBe('web-identity');
  });

  test('is not what a webhook with a malformed ConfigMap is, where that is asked for', async () => {
    cluster.setConfigMap('eks', '{');
    const webhook = await startWebhook(toFlags('--watch-config-map', '--unready-when-degraded'));
    let text = '';
    while (!text.includes('[!]configmaps')) ({ text } = await read(`${webhook.ops}/readyz`));
    expect((await read(`${webhook.ops}/readyz`)).status).toBe(503);
    cluster.setConfigMap('eks', '{}');
    await awaitReady(webhook);
  });

  test('is not what a webhook with an expired certificate is', async () => {
    const now = Date.now();
    files.swap(issuePair({ notBefore: now - 2 * 86_400_000, notAfter: now - 86_400_000 }));
    const webhook = await startWebhook();
    await awaitLine(webhook.program, 'watch: listed');
    const { status, text } = await read(`${webhook.ops}/readyz`);
    expect(status).toBe(503);
    expect(text).toMatch(/^\[-\]certificate the certificate expired at /m);
    files.swap(issuePair());
    await awaitReady(webhook);
  });

  test('comes as soon as the API server does', async () => {
    await cluster.close();
    const port = await findFreePort();
    const webhook = await startWebhook(toFlags(`--kube-api=http://127.0.0.1:${port}`));
    await awaitLine(webhook.program, 'watch: failed');
    expect((await read(`${webhook.ops}/readyz`)).status).toBe(503);
    cluster = await startFakeCluster({ port });
    await awaitReady(webhook);
  });
});

describe('accounts', () => {
  test('that the watch has not brought are read, and those it brings are changed and known', async () => {
    const webhook = await startReady();
    cluster.setAccount('shop/web', ROLE_ANNOTATION, { quietly: true });
    expect(readReason(await mutate(webhook))).toBe('web-identity');
    expect(cluster.paths).toContain('GET /api/v1/namespaces/shop/serviceaccounts/web');
    expect(readReason(await mutate(webhook, 'nobody'))).toBe('service-account-unknown');
    cluster.setAccount('shop/web', {});
    let reason = '';
    while (reason !== 'no-role') reason = readReason(await mutate(webhook));
    const metrics = parseScrape((await read(`${webhook.ops}/metrics`)).text);
    expect(metrics.get('iam_bridge_service_account_live_reads_total{result="found"}')).toBe(1);
    expect(metrics.get('iam_bridge_service_account_live_reads_total{result="missing"}')).toBe(1);
    expect(metrics.get('pod_identity_webhook_missing_sa_count')).toBe(1);
  });

  test('are not read where that is switched off', async () => {
    const webhook = await startReady(toFlags('--service-account-live-read=false'));
    cluster.setAccount('shop/web', ROLE_ANNOTATION, { quietly: true });
    expect(readReason(await mutate(webhook))).toBe('service-account-unknown');
    expect(cluster.paths).not.toContain('GET /api/v1/namespaces/shop/serviceaccounts/web');
  });

  test('on the container credentials list get those', async () => {
    const path = join(folder, 'list.json');
    writeFileSync(path, JSON.stringify({ identities: [{ namespace: 'shop', serviceAccount: 'web' }] }));
    cluster.setAccount('shop/web', ROLE_ANNOTATION);
    const webhook = await startReady(toFlags(`--watch-container-credentials-config=${path}`));
    expect(readReason(await mutate(webhook))).toBe('container-credentials');
    writeFileSync(path, '{"identities":[]}');
    let reason = '';
    while (reason !== 'web-identity') reason = readReason(await mutate(webhook));
  });
});

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s drains: unready at once, connections are taken, then exit 0',
    async (signal) => {
      cluster.setAccount('shop/web', ROLE_ANNOTATION);
      const webhook = await startReady(toFlags('--shutdown-delay=700ms'));
      webhook.program.child.kill(signal);
      await awaitLine(webhook.program, 'draining: unready, connections are still taken');
      const { status, text } = await read(`${webhook.ops}/readyz`);
      expect(status).toBe(503);
      expect(text).toMatch(/^\[-\]not-draining /m);
      const { headers, text: review } = await call(webhook.door, { body: renderReview() });
      expect(headers.connection).toBe('close');
      expect(readPatch(review)).not.toEqual([]);
      const { code, stderr } = await webhook.program.ended;
      expect(code).toBe(0);
      expect(readLog(stderr).at(-1)?.msg).toBe('iam-bridge webhook stopped');
    },
  );

  test('that comes twice ends it at once', async () => {
    const webhook = await startReady(toFlags('--shutdown-delay=1h'));
    webhook.program.child.kill('SIGTERM');
    await awaitLine(webhook.program, 'draining: unready, connections are still taken');
    expect((await stop(webhook)).code).toBe(0);
  });

  test('before it is made ends it at once', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const words = [...checkout.ways.source, 'webhook', ...toFlags('--compose-role-arn')];
    const program = start(words, { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` });
    await asked;
    program.child.kill('SIGTERM');
    const { code, stderr } = await program.ended;
    expect([code, readLog(stderr).at(-1)?.msg]).toEqual([
      0,
      'iam-bridge webhook stopped before it had started',
    ]);
    silent.close();
  });

  test('before the API server has said a word ends it as well', async () => {
    await cluster.close();
    cluster = await startFakeCluster({ held: true });
    expect((await stop(await startWebhook())).code).toBe(0);
  });
});

describe('what it cannot start with is told in one sentence', () => {
  /** With exit code 2 where it is the operator's to mend, 3 where something outside failed. */
  async function readFailure(
    expected: 2 | 3,
    flags: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await run([...checkout.ways.source, 'webhook', ...flags], env);
    expect(stderr).not.toMatch(TRACE);
    expect([code, stdout]).toEqual([expected, '']);
    const errors = readLog(stderr).filter(({ level }) => level === 'error');
    expect(errors).toEqual([expect.objectContaining({ msg: 'iam-bridge webhook cannot run' })]);
    return String(errors[0]?.['problem']);
  }

  test('a certificate that is not there', async () => {
    expect(await readFailure(2, toFlags('--tls-cert=/nowhere/tls.crt'))).toBe(
      'TLS certificate file /nowhere/tls.crt does not exist',
    );
  });

  test('a key of another certificate', async () => {
    const key = join(folder, 'other.key');
    writeFileSync(key, issuePair().key);
    expect(await readFailure(2, toFlags(`--tls-key=${key}`))).toMatch(/do not make a pair/);
  });

  test('a kubeconfig that is not there', async () => {
    expect(await readFailure(2, toFlags('--kubeconfig=/nowhere/config', '--kube-api='))).toContain(
      '/nowhere/config',
    );
  });

  test('a container credentials list that is none, and all that is wrong beside it', async () => {
    const list = join(folder, 'list.json');
    writeFileSync(list, '{"identities": [],}');
    const problem = await readFailure(
      2,
      toFlags(
        '--tls-cert=/nowhere/tls.crt',
        '--kubeconfig=/nowhere/config',
        `--watch-container-credentials-config=${list}`,
      ),
    );
    expect(problem).toContain('TLS certificate file /nowhere/tls.crt does not exist');
    expect(problem).toContain('/nowhere/config');
    expect(problem).toContain(`--watch-container-credentials-config: ${list}: the file is not JSON; give `);
  });

  test('no cluster to be in', async () => {
    expect(await readFailure(2, toFlags('--kube-api='))).toMatch(
      /^not in a cluster: .* use --kubeconfig or --kube-api$/,
    );
  });

  test('a port that is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const flag of ['port', 'metrics-port']) {
      expect(await readFailure(3, toFlags(`--${flag}=${port}`))).toBe(
        `cannot listen on port ${port} (--${flag}): another process listens there; stop it or choose another port`,
      );
    }
    holder.close();
  });

  test('a metadata service that does not answer', async () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await readFailure(3, toFlags('--compose-role-arn'), env)).toMatch(
      /^--compose-role-arn needs the EC2 instance metadata service at http:\/\/127\.0\.0\.1:1, which failed: ./,
    );
  });
});

describe('role names without an account', () => {
  test('are completed by what the metadata service says', async () => {
    const { createServer: createHttpServer } = await import('node:http');
    const asked: string[] = [];
    const metadata = createHttpServer((request, response) => {
      const token = request.headers['x-aws-ec2-metadata-token'];
      asked.push(`${request.method} ${request.url} ${token ?? ''}`.trim());
      if (request.method === 'PUT') response.end('session-token');
      else response.end('{"accountId":"111122223333","region":"cn-north-1"}');
    });
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    const address = metadata.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    cluster.setAccount('shop/web', { 'eks.amazonaws.com/role-arn': 'team/reader' });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` };
    const webhook = await startReady(toFlags('--compose-role-arn', '-v=5'), { env });
    const patch = JSON.stringify(readPatch(await mutate(webhook)));
    expect(patch).toContain('arn:aws-cn:iam::111122223333:role/team/reader');
    expect(asked).toEqual([
      'PUT /latest/api/token',
      'GET /latest/dynamic/instance-identity/document session-token',
    ]);
    const { stderr } = await stop(webhook);
    expect(stderr).not.toContain('session-token');
    metadata.closeAllConnections();
    metadata.close();
  });
});

describe('the log', () => {
  const CANARY = 'canary-7c1d2e';

  /** A kubeconfig for the made-up cluster, with a token. */
  function writeKubeconfig(): string {
    const path = join(folder, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: CANARY } }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  test('begins with the settings in force, tells each remark once, and holds no secret at any level', async () => {
    cluster.setAccount('shop/web', { ...ROLE_ANNOTATION, 'vault.example/token': CANARY });
    const flags = toFlags(
      '--kube-api=',
      `--kubeconfig=${writeKubeconfig()}`,
      '-v=5',
      '--logtostderr',
      '--resync-period=1m',
      '--aws-default-region=eu-west-1',
    );
    const webhook = await startReady(flags, { env: { AWS_SECRET_ACCESS_KEY: CANARY } });
    expect(cluster.lastAuthorization()).toBe(`Bearer ${CANARY}`);
    const env = [{ name: 'PASSWORD', value: CANARY }];
    const pod = renderPod('web', { spec: { serviceAccountName: 'web', containers: [{ name: 'app', env }] } });
    for (const body of [renderReview(pod), renderReview(pod).slice(0, -4), renderReview(`"${CANARY}"`)]) {
      await call(webhook.door, { body });
    }
    const metrics = (await read(`${webhook.ops}/metrics`)).text;
    const { stderr } = await stop(webhook);
    const [first] = readLog(stderr);
    expect(first).toMatchObject({
      msg: 'iam-bridge webhook starts',
      version: expect.any(String),
      settings: { defaultRegion: 'eu-west-1', verbosity: 5, tls: { minVersion: 'TLSv1.2' } },
    });
    const messages = readLog(stderr).map(({ msg }) => msg);
    expect(messages.filter((message) => message.startsWith('--logtostderr has no effect'))).toHaveLength(1);
    expect(messages.filter((message) => message.startsWith('--resync-period has no effect'))).toHaveLength(1);
    expect(messages.filter((message) => message === 'admission').length).toBe(1);
    expect(stderr + metrics).not.toContain(CANARY);
  });

  test('has no password of a URL, even where the URL is refused', async () => {
    const { code, stdout, stderr } = await run([
      ...checkout.ways.source,
      'webhook',
      ...toFlags(`--kube-api=https://someone:${CANARY}@127.0.0.1:6443`),
    ]);
    expect([2, 3]).toContain(code);
    expect(stdout + stderr).not.toContain(CANARY);
  });
});
