import { connect } from 'node:tls';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/commands/flag-command.ts';
import { WEBHOOK } from '../../../src/commands/webhook/descriptor.ts';
import type { Part } from '../../../src/http/lifecycle.ts';
import { type FakeApiServer, startFakeApiServer } from '../../support/certificates/api-server.ts';
import {
  CONFIGURATION,
  createFakeApi,
  type FakeApi,
  toWebhook,
} from '../../support/certificates/fake-api.ts';
import { createParts } from '../../support/commands/servers.ts';
import { createRecordingLog, type RecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';

let api: FakeApi;
let server: FakeApiServer;
let log: RecordingLog;
let registry: Registry;
let started: Part[];

beforeEach(async () => {
  api = createFakeApi(Date.now);
  server = await startFakeApiServer(api);
  log = createRecordingLog();
  registry = new Registry();
  started = [];
});

afterEach(async () => {
  for (const part of started.reverse()) await part.stop();
  await server.close();
});

/** @returns the ports of the door and of probes */
async function start(...flags: readonly string[]): Promise<{ readonly port: number; readonly ops: number }> {
  const own = [`--kube-api=${server.url}`, '--bind-address=127.0.0.1', '--port=0', '--metrics-port=0'];
  const line = readCommandLine(WEBHOOK, [...own, ...flags], {});
  if (line.kind !== 'run') throw new Error(`not settings: ${JSON.stringify(line)}`);
  const { stages } = await createParts({ descriptor: WEBHOOK, settings: line.settings }, { log, registry });
  for (const part of stages.flat()) {
    await part.start();
    started.push(part);
  }
  return { port: findPort('webhook listens (HTTPS)'), ops: findPort('probes and metrics listen (HTTP)') };
}

function findPort(message: string): number {
  const fields = log.lines.find((line) => line.message === message)?.fields;
  return fields !== undefined && 'port' in fields ? Number(fields.port) : 0;
}

async function readReady(ops: number): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${ops}/readyz`);
  return { status: response.status, text: await response.text() };
}

/** A look is at least a tenth of a second after the one before. */
async function untilReadyz(ops: number, pattern: RegExp): Promise<string> {
  let seen = '';
  let isOver = false;
  const ask = async (): Promise<void> => {
    while (!pattern.test(seen) && !isOver) seen = (await readReady(ops)).text;
  };
  const asking = ask();
  await until(() => pattern.test(seen), `/readyz says ${pattern}`).finally(() => {
    isOver = true;
  });
  await asking;
  return seen;
}

function shakeHands(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', servername: 'pod-identity-webhook.eks.svc', ca },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

describe('a webhook with a certificate of its own', () => {
  test('is ready once the certificate is served and trusted, and shows both by metrics', async () => {
    const { port, ops } = await start();
    await untilReadyz(ops, /^\[\+\]ca-bundle ok$/m);
    const [bundle = ''] = api.readBundles();
    await expect(shakeHands(port, bundle ?? '')).resolves.toMatch(/^[0-9A-F:]{95}$/);
    const metrics = await registry.metrics();
    expect(metrics).toContain(`iam_bridge_ca_bundle_in_sync{configuration="${CONFIGURATION}"} 1`);
    expect(metrics).toContain('iam_bridge_tls_secret_writes_total{step="found"} 1');
    expect(metrics).toMatch(/^iam_bridge_tls_authority_not_after_seconds \d{10}$/m);
    expect(metrics).toMatch(/^iam_bridge_tls_certificate_not_after_seconds \d{10}$/m);
    expect(metrics).toContain('iam_bridge_tls_errors_total 0');
  });

  test('is alive, not ready, and says why, while nobody can trust it', async () => {
    api.putConfiguration(CONFIGURATION, undefined);
    const { ops } = await start();
    const text = await untilReadyz(ops, /^\[-\]ca-bundle there is no MutatingWebhookConfiguration/m);
    expect(text).toMatch(/^\[\+\]certificate ok$/m);
    expect((await fetch(`http://127.0.0.1:${ops}/livez`)).status).toBe(200);
    api.putConfiguration(CONFIGURATION, [toWebhook('a.b.c')]);
    server.announce();
    await untilReadyz(ops, /^\[\+\]ca-bundle ok$/m);
  });

  test('stays ready, degraded, where it is trusted no more', async () => {
    const { ops } = await start();
    await untilReadyz(ops, /^\[\+\]ca-bundle ok$/m);
    api.putConfiguration(CONFIGURATION, undefined);
    server.announce();
    await untilReadyz(ops, /^\[!\]ca-bundle there is no MutatingWebhookConfiguration/m);
    expect((await readReady(ops)).status).toBe(200);
    expect(await registry.metrics()).toContain(
      `iam_bridge_ca_bundle_in_sync{configuration="${CONFIGURATION}"} 0`,
    );
  });

  test('mends what a watch tells of at once', async () => {
    const { ops } = await start();
    await untilReadyz(ops, /^\[\+\]ca-bundle ok$/m);
    const [bundle] = api.readBundles();
    api.setBundle('');
    server.announce();
    await until(() => api.readBundles()[0] === bundle, 'the bundle is mended');
  });

  test('listens without a certificate while the Secret cannot be had, and refuses handshakes', async () => {
    api.setFault((_, path) =>
      path.includes('/secrets/') ? { status: 403, body: '{"message":"no"}', date: Date.now() } : undefined,
    );
    const { port, ops } = await start();
    await untilReadyz(ops, /^\[-\]certificate there is no certificate yet: .*missing right: get on secrets/m);
    await expect(shakeHands(port, '')).rejects.toThrow();
    // A time of expiry that is 0 would set off every alert.
    expect(await registry.metrics()).not.toMatch(/^iam_bridge_tls_\w+_not_after_seconds/m);
    api.setFault(undefined);
    server.announce();
    await untilReadyz(ops, /^\[\+\]certificate ok$/m);
    await untilReadyz(ops, /^\[\+\]ca-bundle ok$/m);
    await expect(shakeHands(port, api.readBundles()[0] ?? '')).resolves.toBeDefined();
  });

  test('keeps no bundle where none is named', async () => {
    api.putConfiguration(CONFIGURATION, undefined);
    const { ops } = await start('--webhook-configuration=');
    const text = await untilReadyz(ops, /^\[\+\]certificate ok$/m);
    expect(text).not.toContain('ca-bundle');
    expect(api.calls.filter((call) => call.includes('webhookconfigurations'))).toEqual([]);
  });
});
