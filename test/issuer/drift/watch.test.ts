import { expect, test } from 'vitest';
import { toFinding } from '../../../src/issuer/drift/findings.ts';
import type { DriftReport } from '../../../src/issuer/drift/report.ts';
import { createDriftWatch } from '../../../src/issuer/drift/watch.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';

const GOOD: DriftReport = {
  issuer: 'https://oidc.example',
  outcome: 'none',
  findings: [],
  keys: { same: ['a'], missing: [], different: [], onlyPublic: [] },
  signingKey: undefined,
  unseen: [],
};
const slow = (what: string): DriftReport => ({
  ...GOOD,
  outcome: 'drift',
  findings: [toFinding('slow', GOOD.issuer, what)],
});

test('it looks at once and then at intervals, and tells of changes only', async () => {
  const clock = createFakeClock();
  const reports = [GOOD, GOOD, slow('5.1 s'), slow('6.2 s'), GOOD];
  const observed: DriftReport[] = [];
  const changed: DriftReport[] = [];
  const watch = createDriftWatch({
    look: async () => reports.shift() ?? GOOD,
    interval: 60_000,
    clock,
    observe: (report) => void observed.push(report),
    changed: (report) => void changed.push(report),
  });
  watch.start();
  for (let looks = 1; looks <= 5; looks += 1) {
    await until(() => observed.length === looks && clock.sleepers().length === 1, `look ${looks} is over`);
    expect(clock.sleepers()).toEqual([60_000]);
    clock.advance(60_000);
  }
  await watch.stop();
  expect(changed.map(({ outcome }) => outcome)).toEqual(['none', 'drift', 'none']);
});

test('a look that is broken off by the end is not told of', async () => {
  const observed: DriftReport[] = [];
  const watch = createDriftWatch({
    look: (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ ...GOOD, outcome: 'unseen' })),
      ),
    interval: 60_000,
    clock: createFakeClock(),
    observe: (report) => void observed.push(report),
    changed: (report) => void observed.push(report),
  });
  watch.start();
  await watch.stop();
  expect(observed).toEqual([]);
});
