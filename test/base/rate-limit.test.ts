import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimit } from '../../src/base/rate-limit.ts';

const LIMIT = { perSecond: 100, burst: 200 };
const FOREVER = Number.POSITIVE_INFINITY;

describe('100 a second with a burst of 200', () => {
  test('a burst goes at once, and what follows every 10 ms', () => {
    const limit = createRateLimit(LIMIT);
    const waits = Array.from({ length: 300 }, () => limit.reserve(0, FOREVER));
    expect(waits.slice(0, 200)).toEqual(Array.from({ length: 200 }, () => 0));
    expect(waits.slice(200)).toEqual(Array.from({ length: 100 }, (_, index) => (index + 1) * 10));
  });

  test('a place that comes too late is not taken, and costs those behind nothing', () => {
    const limit = createRateLimit(LIMIT);
    for (let count = 0; count < 250; count += 1) limit.reserve(0, FOREVER);
    expect(limit.reserve(0, 100)).toBeUndefined();
    expect(limit.reserve(0, 509)).toBeUndefined();
    expect(limit.reserve(0, 510)).toBe(510);
  });

  test('without patience a place is had at once or not at all', () => {
    const limit = createRateLimit({ perSecond: 1, burst: 1 });
    expect(limit.reserve(0, 0)).toBe(0);
    expect(limit.reserve(999, 0)).toBeUndefined();
    expect(limit.reserve(1000, 0)).toBe(0);
  });

  test('the burst comes back with time, and no further than it was', () => {
    const limit = createRateLimit(LIMIT);
    const countAtOnce = (now: number): number => {
      let count = 0;
      while (limit.reserve(now, 0) === 0) count += 1;
      return count;
    };
    expect(countAtOnce(0)).toBe(200);
    expect(countAtOnce(500)).toBe(50);
    expect(countAtOnce(2_500)).toBe(200);
    expect(countAtOnce(1_000_000)).toBe(200);
  });

  test('a clock that is set back, as NTP may, does not stop it for as long', () => {
    const limit = createRateLimit(LIMIT);
    const now = 1_800_000_000_000;
    limit.reserve(now, FOREVER);
    expect(limit.reserve(now - 3_600_000, 1_000)).toBe(0);
  });

  test('the time of day may be large', () => {
    const limit = createRateLimit(LIMIT);
    const now = 1_800_000_000_000;
    for (let count = 0; count < 200; count += 1) expect(limit.reserve(now, FOREVER)).toBe(0);
    expect(limit.reserve(now, FOREVER)).toBeCloseTo(10);
  });
});

interface Group {
  /** ms after the group before */
  readonly pause: number;
  readonly count: number;
}

/** When each of those begins who got a place, in the order of their arrival. */
function findStarts(groups: readonly Group[], patience: number): number[] {
  const limit = createRateLimit(LIMIT);
  let now = 0;
  return groups.flatMap(({ pause, count }) => {
    now += pause;
    const waits = Array.from({ length: count }, () => limit.reserve(now, patience));
    return waits.filter((wait) => wait !== undefined).map((wait) => now + wait);
  });
}

test('in no second are there more than 300, however they come', () => {
  const arrivals = fc.array(fc.record({ pause: fc.nat(40), count: fc.nat(400) }), { maxLength: 30 });
  fc.assert(
    fc.property(arrivals, fc.nat(2_000), (groups, patience) => {
      const starts = findStarts(groups, patience);
      for (const [index, start] of starts.entries()) {
        expect(start).toBeGreaterThanOrEqual(starts[index - 1] ?? 0);
        expect(start - (starts[index - 300] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(1_000);
      }
    }),
    { numRuns: 30 },
  );
});
