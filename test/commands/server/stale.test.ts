import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/commands/flag-command.ts';
import { ISSUER } from '../../../src/commands/issuer/descriptor.ts';
import { createServerProcess, type PlannedServer } from '../../../src/commands/server/process.ts';
import { WEBHOOK } from '../../../src/commands/webhook/descriptor.ts';
import { generateSigningKey } from '../../../src/issuer/keys/generate-key.ts';
import { createAuthority } from '../../support/certificates.ts';
import { startFakeCluster } from '../../support/commands/fake-cluster.ts';
import { startIssuerCluster } from '../../support/commands/issuer-cluster.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { findFreePorts } from '../../support/free-port.ts';
import { scrape } from '../../support/http/scrape.ts';
import { createRecordingLog } from '../../support/recording-log.ts';
import { createTlsFolder } from '../../support/tls-folder.ts';
import { until } from '../../support/until.ts';

const MINUTE = 60_000;
const cleanups: (() => Promise<void> | void)[] = [];

let tls: readonly string[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-stale-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const files = createTlsFolder(
    join(folder, 'tls'),
    createAuthority('iam-bridge tests').issue({ names: ['127.0.0.1'] }),
  );
  tls = [`--tls-cert=${files.certificatePath}`, `--tls-key=${files.keyPath}`, '--bind-address=127.0.0.1'];
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that runs by a clock of the test's. */
async function run(planned: PlannedServer) {
  const clock = createFakeClock();
  const registry = new Registry();
  const log = createRecordingLog();
  const [port = 0] = await findFreePorts(1);
  const { stages } = await createServerProcess([planned], {
    log,
    registry,
    clock,
    version: '0.0.0',
    ops: { host: '127.0.0.1', port },
  });
  for (const part of stages.flat()) {
    await part.start();
    cleanups.push(() => part.stop());
  }
  return {
    clock,
    log,
    isDegraded: async (check: string) =>
      (await scrape(registry)).get(`iam_bridge_degraded{check="${check}"}`),
    async readyz(): Promise<{ readonly status: number; readonly text: string }> {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`);
      return { status: response.status, text: await response.text() };
    },
  };
}

function planWebhook(url: string, ...more: readonly string[]): PlannedServer {
  const flags = [`--kube-api=${url}`, '--in-cluster=false', '--port=0', '--metrics-port=0', ...tls, ...more];
  const line = readCommandLine(WEBHOOK, flags, {});
  if (line.kind !== 'run') throw new Error(JSON.stringify(line));
  return { descriptor: WEBHOOK, settings: line.settings };
}

function planIssuer(url: string, ...more: readonly string[]): PlannedServer {
  const flags = [
    `--kube-api=${url}`,
    '--issuer=https://oidc.example',
    '--port=0',
    '--metrics-port=0',
    ...tls,
    ...more,
  ];
  const line = readCommandLine(ISSUER, flags, {});
  if (line.kind !== 'run') throw new Error(JSON.stringify(line));
  return { descriptor: ISSUER, settings: line.settings };
}

test.each<[flags: string[], bound: number, status: number]>([
  [[], 5 * MINUTE, 200],
  [['--stale-after=10m', '--unready-when-degraded'], 10 * MINUTE, 503],
])('a webhook %j whose API server went away is degraded after %i ms', async (flags, bound, status) => {
  const cluster = await startFakeCluster();
  const { clock, log, isDegraded, readyz } = await run(planWebhook(cluster.url, ...flags));
  await until(() => log.lines.some(({ message }) => message === 'watch: listed'), 'the accounts are listed');
  await until(
    () => cluster.paths.filter((path) => path.startsWith('GET /api/v1/serviceaccounts')).length > 1,
    'watched',
  );
  expect((await readyz()).status).toBe(200);
  await cluster.close();
  clock.advance(bound);
  await until(() => log.lines.some(({ message }) => message === 'watch: failed'), 'it cannot reconnect');
  expect(await isDegraded('serviceaccounts')).toBe(0);
  clock.advance(1);
  const late = await readyz();
  expect([late.status, await isDegraded('serviceaccounts')]).toEqual([status, 1]);
  expect(late.text).toMatch(
    /^\[!\]serviceaccounts no contact with the API server since \S+Z: .*ECONNREFUSED/m,
  );
});

test('an issuer whose cluster stops to show its keys is degraded after twice its interval at least', async () => {
  const cluster = await startIssuerCluster('https://oidc.example');
  const { jwk } = await generateSigningKey('p256');
  cluster.set([jwk]);
  cleanups.push(() => cluster.close());
  const { clock, log, readyz } = await run(planIssuer(cluster.url, '--refresh-interval=10m'));
  await until(
    () => log.lines.some(({ message }) => message === 'these keys are served now'),
    'keys are served',
  );
  cluster.set([], { status: 403 });
  clock.advance(20 * MINUTE);
  await until(() => log.lines.some(({ message }) => message.startsWith('keys refused')), 'they are refused');
  expect((await readyz()).text).toMatch(/^\[\+\]keys ok$/m);
  clock.advance(1);
  const { status, text } = await readyz();
  expect(status).toBe(200);
  expect(text).toMatch(
    /^\[!\]keys the source has not confirmed the keys since \S+Z: .*403.*clusterrolebinding/m,
  );
});
