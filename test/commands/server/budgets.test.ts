import { createServer } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { createBudgets } from '../../../src/commands/server/budgets.ts';
import type { ReadBody } from '../../../src/http/body.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { cleanUp, onCleanUp } from '../../support/http/door.ts';
import { scrape } from '../../support/http/scrape.ts';
import { createRecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';

afterEach(cleanUp);

const SETTINGS = { bodies: 8 * 1024 * 1024, connections: 100 };

function createRig(several = false) {
  const registry = new Registry();
  const log = createRecordingLog();
  const clock = createFakeClock();
  return { registry, log, clock, budgets: createBudgets(registry, several, clock) };
}

/** @returns where its bodies are read */
async function serve(readBody: ReadBody): Promise<string> {
  const server = createServer((request, response) =>
    readBody(request, response, { limit: 7 * 1024 * 1024 }, () => response.end()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => void server.close().closeAllConnections());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}

function startPost(url: string, size: number): void {
  const gone = new AbortController();
  onCleanUp(() => gone.abort());
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(size)) });
  void fetch(url, { method: 'POST', body, duplex: 'half', signal: gone.signal } as RequestInit).catch(
    () => {},
  );
}

describe('connections that had to make room', () => {
  test('are counted by port, and told once a minute with how many more there were', async () => {
    const { registry, log, clock, budgets } = createRig();
    const { connections } = budgets.of('webhook', SETTINGS, log);
    const ops = budgets.ofOps(log);
    expect([connections.limit, ops.connections.limit]).toEqual([100, 64]);
    for (let index = 0; index < 500; index += 1) connections.evicted?.('10.0.0.7');
    ops.connections.evicted?.('10.0.0.8');
    clock.advance(60_000);
    connections.evicted?.('10.0.0.7');
    expect(log.lines.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
      { level: 'warn', port: 'door', limit: 100, address: '10.0.0.7', suppressed: 0 },
      { level: 'warn', port: 'ops', limit: 64, address: '10.0.0.8', suppressed: 0 },
      { level: 'warn', port: 'door', limit: 100, address: '10.0.0.7', suppressed: 499 },
    ]);
    const series = await scrape(registry);
    expect(series.get('iam_bridge_http_connections_evicted_total{port="door"}')).toBe(501);
    expect(series.get('iam_bridge_http_connections_evicted_total{port="ops"}')).toBe(1);
  });

  test('are those of their server where several share the process', async () => {
    const { registry, log, budgets } = createRig(true);
    budgets.of('webhook', SETTINGS, log).watch({ connections: () => 3 });
    const issuer = budgets.of('issuer', SETTINGS, log);
    issuer.watch({ connections: () => 5 });
    issuer.connections.evicted?.('10.0.0.7');
    budgets.ofOps(log).watch({ connections: () => 1 });
    const series = await scrape(registry);
    expect(series.get('iam_bridge_http_connections{port="door",server="webhook"}')).toBe(3);
    expect(series.get('iam_bridge_http_connections{port="door",server="issuer"}')).toBe(5);
    expect(series.get('iam_bridge_http_connections{port="ops"}')).toBe(1);
    expect(series.get('iam_bridge_http_connections_evicted_total{port="door",server="issuer"}')).toBe(1);
    expect(series.get('iam_bridge_http_body_bytes{server="webhook"}')).toBe(0);
  });
});

test('bodies are counted while they are there, and by why they went', async () => {
  const { registry, log, clock, budgets } = createRig();
  const url = await serve(budgets.of('webhook', SETTINGS, log).readBody);
  startPost(url, 100_000);
  await until(() => clock.sleepers().length === 1, 'somebody looks after it');
  const before = await scrape(registry);
  expect(before.get('iam_bridge_http_body_bytes')).toBeGreaterThan(0);
  expect(before.get('iam_bridge_http_bodies_turned_away_total{reason="slow"}')).toBe(0);
  for (let half = 0; half < 6; half += 1) {
    await until(() => clock.sleepers().length === 1 || half === 5, 'the next look');
    clock.advance(500);
  }
  await until(() => log.lines.length === 1, 'it is told');
  const after = await scrape(registry);
  expect(after.get('iam_bridge_http_body_bytes')).toBe(0);
  expect(after.get('iam_bridge_http_bodies_waiting')).toBe(0);
  expect(after.get('iam_bridge_http_bodies_turned_away_total{reason="slow"}')).toBe(1);
  expect(log.lines[0]?.fields).toEqual({ budget: SETTINGS.bodies, reason: 'slow', suppressed: 0 });
});
