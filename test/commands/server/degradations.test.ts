import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { createDegradationPart, type ObservedCheck } from '../../../src/commands/server/degradations.ts';
import type { Part } from '../../../src/http/lifecycle.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { parseScrape } from '../../support/http/scrape.ts';
import { createRecordingLog } from '../../support/recording-log.ts';
import { settle } from '../../support/settle.ts';

let part: Part | undefined;

afterEach(() => part?.stop());

function observe(names: readonly string[]) {
  const log = createRecordingLog();
  const problems = new Map<string, string>();
  const missing = new Map<string, string>();
  const observed = names.map((name): ObservedCheck => {
    const check = { name, check: () => missing.get(name), degraded: () => problems.get(name) };
    return { server: 'webhook', check, log };
  });
  return { log, problems, missing, observed };
}

async function run(observed: readonly ObservedCheck[], several = false) {
  const clock = createFakeClock();
  const registry = new Registry();
  part = createDegradationPart(observed, { registry, clock, several });
  await part.start();
  return {
    look: async (): Promise<void> => {
      clock.advance(2_000);
      await settle();
    },
    scrape: async () => parseScrape(await registry.metrics()),
  };
}

test('a line tells as a degradation begins and as it ends, however many looks and words lie between', async () => {
  const { log, problems, observed } = observe(['configmaps', 'certificate']);
  const { look, scrape } = await run(observed);
  for (const problem of ['not JSON', 'not JSON', 'no list']) {
    problems.set('configmaps', problem);
    await look();
  }
  expect(log.lines).toEqual([
    {
      level: 'error',
      message: 'degraded: of use, and not as it should be',
      fields: { check: 'configmaps', problem: 'not JSON' },
    },
  ]);
  const during = await scrape();
  expect(during.get('iam_bridge_degraded{check="configmaps"}')).toBe(1);
  expect(during.get('iam_bridge_degraded{check="certificate"}')).toBe(0);
  problems.clear();
  await look();
  expect(log.lines.slice(1)).toEqual([
    { level: 'info', message: 'not degraded any more', fields: { check: 'configmaps' } },
  ]);
  expect((await scrape()).get('iam_bridge_degraded{check="configmaps"}')).toBe(0);
});

test('what does not hold at all is not called degraded', async () => {
  const { log, problems, missing, observed } = observe(['keys']);
  const { look, scrape } = await run(observed);
  problems.set('keys', 'old');
  missing.set('keys', 'never delivered');
  await look();
  expect(log.lines).toEqual([]);
  expect((await scrape()).get('iam_bridge_degraded{check="keys"}')).toBe(0);
});

test('where several servers share a process, the metric says whose check it is', async () => {
  const { observed } = observe(['keys']);
  const { scrape } = await run(observed, true);
  expect((await scrape()).get('iam_bridge_degraded{check="keys",server="webhook"}')).toBe(0);
});

test('checks that cannot be degraded have no series', async () => {
  const log = createRecordingLog();
  const { scrape } = await run([{ server: 'webhook', check: { name: 'x', check: () => undefined }, log }]);
  expect([...(await scrape()).keys()]).toEqual([]);
});
