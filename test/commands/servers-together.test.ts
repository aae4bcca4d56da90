import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';
import { ConfigurationError } from '../../src/base/errors.ts';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { ISSUER } from '../../src/commands/issuer/descriptor.ts';
import { SERVE_FLAGS } from '../../src/commands/serve/flags.ts';
import { readServeSettings } from '../../src/commands/serve/settings.ts';
import { createServerProcess, type PlannedServer } from '../../src/commands/server/process.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';
import { type Part, runUntilSignal } from '../../src/http/lifecycle.ts';
import { createObjectTable } from '../../src/local-cluster/stand-in/object-table.ts';
import { createClusterRoutes } from '../../src/local-cluster/stand-in/routes.ts';
import { serveRoutes } from '../../src/local-cluster/stand-in/server.ts';
import { createSigningKey, createTokenIssuer } from '../../src/local-cluster/stand-in/token-issuer.ts';
import { readFlags } from '../../src/settings/pflag.ts';
import { createAuthority } from '../support/certificates.ts';
import { findFreePorts } from '../support/free-port.ts';
import { call } from '../support/http/client.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { createTlsFolder, type TlsFolder } from '../support/tls-folder.ts';
import { until } from '../support/until.ts';
import { readPatch, renderPod, renderReview } from '../support/webhook/reviews.ts';

const ROLE = 'arn:aws:iam::111122223333:role/web';
const authority = createAuthority('iam-bridge tests');
const cleanups: (() => Promise<void> | void)[] = [];

let clusterUrl: string;
let issuerUrl: string;
let ports: { webhook: number; issuer: number; ops: number; apart: number };
let files: TlsFolder;
let log: RecordingLog;
let registry: Registry;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-together-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  files = createTlsFolder(join(folder, 'tls'), authority.issue({ names: ['127.0.0.1'] }));
  const [webhook = 0, issuer = 0, ops = 0, apart = 0] = await findFreePorts(4);
  ports = { webhook, issuer, ops, apart };
  issuerUrl = `https://127.0.0.1:${issuer}/clusters/demo`;
  clusterUrl = await startCluster();
  log = createRecordingLog();
  registry = new Registry();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The stand-in cluster: an account with a role, and an issuer that signs. */
async function startCluster(): Promise<string> {
  const clock = createSystemClock();
  const accounts = createObjectTable('ServiceAccount');
  accounts.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'shop', name: 'web', annotations: { 'eks.amazonaws.com/role-arn': ROLE } },
  });
  const keys = [createSigningKey()] as const;
  const tokens = createTokenIssuer({ issuer: issuerUrl, keys: () => keys, clock });
  const server = await serveRoutes(
    createClusterRoutes({ accounts, pods: createObjectTable('Pod'), tokens }, clock),
  );
  cleanups.push(server.stop);
  return server.url;
}

function planWebhook(...more: readonly string[]): PlannedServer {
  const line = readCommandLine(
    WEBHOOK,
    ['--in-cluster=false', ...toFlags(ports.webhook, ports.apart), ...more],
    {},
  );
  if (line.kind !== 'run') throw new Error(JSON.stringify(line));
  return { descriptor: WEBHOOK, settings: line.settings };
}

function planIssuer(...more: readonly string[]): PlannedServer {
  const line = readCommandLine(
    ISSUER,
    [`--issuer=${issuerUrl}`, ...toFlags(ports.issuer, ports.apart), ...more],
    {},
  );
  if (line.kind !== 'run') throw new Error(JSON.stringify(line));
  return { descriptor: ISSUER, settings: line.settings };
}

/** As `iam-bridge serve` reads them. */
function planBoth(...more: readonly string[]): readonly PlannedServer[] {
  const ofServer = (server: 'webhook' | 'issuer'): string[] =>
    toFlags(ports[server], ports.apart)
      .filter((flag) => !flag.startsWith('--metrics-port'))
      .map((flag) => flag.replace('--', `--${server}-`));
  const words = ['--webhook', '--webhook-in-cluster=false', '--issuer', `--issuer-issuer=${issuerUrl}`];
  const line = readFlags(SERVE_FLAGS, [...words, ...ofServer('webhook'), ...ofServer('issuer'), ...more]);
  const reading = readServeSettings(line, {});
  if (reading.kind !== 'settings') throw new Error(reading.problems.join('; '));
  return reading.settings.servers;
}

/** Where each would have its own ops port nothing must listen when they are together. */
function toFlags(port: number, opsPort: number): string[] {
  return [
    `--kube-api=${clusterUrl}`,
    '--bind-address=127.0.0.1',
    `--tls-cert=${files.certificatePath}`,
    `--tls-key=${files.keyPath}`,
    `--port=${port}`,
    `--metrics-port=${opsPort}`,
  ];
}

interface Running {
  /** `+name` as a part starts, `-name` as it stops. */
  readonly happenings: readonly string[];
  readonly signals: EventEmitter;
  readonly ended: Promise<void>;
}

/** Runs servers in this process until a signal comes, and waits for all of them to be ready. */
async function run(planned: readonly PlannedServer[], drainMs = 0): Promise<Running> {
  const { stages, beginDrain } = await createServerProcess(planned, {
    log,
    registry,
    clock: createSystemClock(),
    version: '1.2.3',
    ops: { host: '127.0.0.1', port: ports.ops },
  });
  const happenings: string[] = [];
  const signals = new EventEmitter();
  const ended = runUntilSignal(
    stages.map((stage) =>
      'name' in stage ? record(stage, happenings) : stage.map((part) => record(part, happenings)),
    ),
    { beginDrain, delay: drainMs },
    signals,
  );
  cleanups.push(async () => {
    signals.emit('SIGTERM');
    signals.emit('SIGTERM');
    await ended;
  });
  await awaitStatus(200);
  return { happenings, signals, ended };
}

function record({ name, start, stop }: Part, happenings: string[]): Part {
  return {
    name,
    async start() {
      happenings.push(`+${name}`);
      await start();
    },
    async stop() {
      happenings.push(`-${name}`);
      await stop();
    },
  };
}

async function ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${ports.ops}${path}`, { headers: { connection: 'close' } });
  return { status: response.status, text: await response.text() };
}

/** Waits until `/readyz` answers so. */
async function awaitStatus(status: number): Promise<void> {
  await vi.waitFor(async () => expect((await ask('/readyz')).status).toBe(status), { timeout: 20_000 });
}

const at = (port: number) => ({ port, ca: authority.certificate }) as Parameters<typeof call>[0];

describe('webhook and issuer in one process', () => {
  test('each answers at its own door', async () => {
    await run([planWebhook(), planIssuer()]);
    const review = await call(at(ports.webhook), { body: renderReview(renderPod('web')) });
    expect(readPatch(review.text)).not.toEqual([]);
    const path = '/clusters/demo/.well-known/openid-configuration';
    const discovery = await call(at(ports.issuer), { method: 'GET', path });
    expect(JSON.parse(discovery.text)).toMatchObject({ issuer: issuerUrl });
    expect((await call(at(ports.webhook), { method: 'GET', path })).status).toBe(404);
    expect((await call(at(ports.issuer), { body: renderReview(renderPod('web')) })).status).toBe(404);
    await expect(fetch(`http://127.0.0.1:${ports.apart}/readyz`)).rejects.toThrow();
  });

  test('share one ops port, where checks begin with the name of their server', async () => {
    await run([planWebhook(), planIssuer()]);
    expect((await ask('/readyz')).text).toBe(
      [
        '[+]webhook/certificate ok',
        '[+]webhook/not-draining ok',
        '[+]webhook/serviceaccounts ok',
        '[+]issuer/certificate ok',
        '[+]issuer/not-draining ok',
        '[+]issuer/keys ok',
        '',
      ].join('\n'),
    );
  });

  test('share one registry, where what both count says of which server', async () => {
    await run([planWebhook(), planIssuer()]);
    const { text } = await ask('/metrics');
    const lines = text.split('\n');
    const ofBoth = lines.filter((line) => line.startsWith('iam_bridge_tls_certificate_not_after_seconds{'));
    // They open side by side: whose certificate is read first is nobody's promise.
    expect(ofBoth.map((line) => line.replace(/ .*/, '')).sort()).toEqual([
      'iam_bridge_tls_certificate_not_after_seconds{server="issuer"}',
      'iam_bridge_tls_certificate_not_after_seconds{server="webhook"}',
    ]);
    expect(text).toMatch(
      /^iam_bridge_watch_events_total\{server="webhook",resource="serviceaccounts",kind="listed"\} 1$/m,
    );
    expect(text).toMatch(
      /^iam_bridge_watch_last_contact_timestamp_seconds\{server="webhook",resource="serviceaccounts"\} \d/m,
    );
    expect(text).toMatch(/^iam_bridge_service_accounts\{state="known"\} 1$/m);
    expect(text).toMatch(/^iam_bridge_issuer_keys 1$/m);
    expect(lines.filter((line) => line.startsWith('# TYPE iam_bridge_build_info'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('# TYPE process_cpu_seconds_total'))).toHaveLength(1);
  });

  test('log with the name of their server', async () => {
    await run([planWebhook(), planIssuer()]);
    const about = (message: string) => log.lines.find((line) => line.message === message)?.fields;
    expect(about('webhook listens (HTTPS)')).toEqual({ server: 'webhook', port: ports.webhook });
    expect(about('issuer listens (HTTPS)')).toEqual({ server: 'issuer', port: ports.issuer });
    expect(about('these keys are served now')).toMatchObject({ server: 'issuer' });
  });

  test('open after what they need, become unready together, and stop in reverse', async () => {
    const { happenings, signals, ended } = await run([planWebhook(), planIssuer()], 60_000);
    const started = [
      '+sources',
      '+files',
      '+cluster',
      '+keys',
      '+webhook',
      '+issuer',
      '+ops',
      '+degradations',
    ];
    expect(happenings).toEqual(started);
    signals.emit('SIGTERM');
    await awaitStatus(503);
    const draining = (await ask('/readyz')).text.split('\n').filter((line) => line.startsWith('[-]'));
    expect(draining).toEqual([
      '[-]webhook/not-draining the process is going away',
      '[-]issuer/not-draining the process is going away',
    ]);
    const late = await call(at(ports.webhook), { body: renderReview(renderPod('web')) });
    expect([late.status, late.headers.connection]).toEqual([200, 'close']);
    signals.emit('SIGTERM');
    await ended;
    await until(() => happenings.length === 2 * started.length, 'all have stopped');
    expect(happenings.slice(started.length)).toEqual(
      started.toReversed().map((happening) => happening.replace('+', '-')),
    );
  });

  test('a call that hangs at one door keeps no other open', async () => {
    const { stages } = await createServerProcess([planWebhook(), planIssuer()], {
      ...{ log, registry, clock: createSystemClock(), version: '1.2.3' },
      ops: { host: '127.0.0.1', port: ports.ops },
    });
    const together = stages.flatMap((stage) => ('name' in stage ? [] : [stage.map(({ name }) => name)]));
    expect(together).toEqual([['webhook', 'issuer']]);
  });

  test('a certificate that cannot be taken is the matter of its own server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-together-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const own = createTlsFolder(join(folder, 'tls'), authority.issue({ names: ['127.0.0.1'] }));
    const flags = [`--tls-cert=${own.certificatePath}`, `--tls-key=${own.keyPath}`];
    await run([planWebhook(...flags, '--unready-when-degraded'), planIssuer('--unready-when-degraded')]);
    own.swap({ certificate: 'none', key: 'none' });
    await vi.waitFor(async () => expect((await ask('/readyz/webhook')).status).toBe(503), {
      timeout: 20_000,
    });
    expect((await ask('/readyz/issuer')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);
    const path = '/clusters/demo/openid/v1/jwks';
    expect((await call(at(ports.issuer), { method: 'GET', path })).status).toBe(200);
    own.swap(authority.issue({ names: ['127.0.0.1'] }));
    await vi.waitFor(async () => expect((await ask('/readyz/webhook')).status).toBe(200), {
      timeout: 20_000,
    });
  });

  test('a source that never answers holds up nobody else', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const started = run([planWebhook(), planIssuer(`--kube-api=http://127.0.0.1:${port}`)]);
    started.catch(() => {});
    await vi.waitFor(async () => expect((await ask('/readyz/webhook')).status).toBe(200), {
      timeout: 20_000,
    });
    const review = await call(at(ports.webhook), { body: renderReview(renderPod('web')) });
    expect(readPatch(review.text)).not.toEqual([]);
    expect((await ask('/readyz/issuer')).status).toBe(503);
    expect((await ask('/readyz')).status).toBe(503);
  });

  test('tell at once what is wrong with both, as a mistake of configuration', async () => {
    const planned = [
      planIssuer('--tls-cert=/nowhere/tls.crt'),
      planWebhook('--kubeconfig=/nowhere/config', '--kube-api='),
    ];
    const error = await run(planned).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(
      /issuer: .*\/nowhere\/tls\.crt does not exist.*; webhook: .*\/nowhere\/config/,
    );
  });

  test.each([
    ['issuer', 'issuer: ', '--issuer-port'],
    ['webhook', 'webhook: ', '--webhook-port'],
    ['ops', '', '--metrics-port'],
  ] as const)('say whose port is taken, and which flag takes another: %s', async (which, whose, flag) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(ports[which], '127.0.0.1', resolve));
    cleanups.push(() => void holder.close());
    const { stages, beginDrain } = await createServerProcess(planBoth(), {
      ...{ log, registry, clock: createSystemClock(), version: '1.2.3' },
      ops: { host: '127.0.0.1', port: ports.ops },
    });
    await expect(runUntilSignal(stages, { beginDrain, delay: 0 }, new EventEmitter())).rejects.toThrow(
      `${whose}cannot listen on port ${ports[which]} (${flag}): another process listens there; stop it or choose another port`,
    );
  });

  test('say what to do by the names that flags have where they are together', async () => {
    const surroundings = { log, registry, clock: createSystemClock(), version: '1.2.3' };
    const ops = { host: '127.0.0.1', port: ports.ops };
    await expect(
      createServerProcess(planBoth('--webhook-kube-api='), { ...surroundings, ops }),
    ).rejects.toThrow(/^webhook: not in a cluster: .* use --webhook-kubeconfig or --webhook-kube-api$/);
  });

  test('neither starts where the other cannot be made', async () => {
    const planned = [planIssuer(), planWebhook('--kubeconfig=/nowhere/config', '--kube-api=')];
    await expect(run(planned)).rejects.toThrow('/nowhere/config');
    await expect(call(at(ports.issuer), { method: 'GET', path: '/' })).rejects.toThrow();
  });
});

describe('a server alone', () => {
  test.each([
    ['webhook', planWebhook, ['certificate', 'not-draining', 'serviceaccounts']],
    ['issuer', planIssuer, ['certificate', 'not-draining', 'keys']],
  ] as const)('the %s says nothing of a server', async (_, plan, checks) => {
    await run([plan()]);
    expect((await ask('/readyz')).text).toBe(checks.map((name) => `[+]${name} ok\n`).join(''));
    expect((await ask('/metrics')).text).not.toContain('server=');
    expect(log.lines.filter(({ fields }) => 'server' in fields)).toEqual([]);
  });
});
