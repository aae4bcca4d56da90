import { describe, expect, test } from 'vitest';
import { createBackOff } from '../../src/base/back-off.ts';

const nearlyOne = (): number => 0.999_999;

function times(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

describe('a back-off', () => {
  test('doubles its bound from 0.25 s to 30 s', () => {
    const backOff = createBackOff(nearlyOne);
    expect(times(9, () => backOff.next())).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  test('takes any part of the bound', () => {
    const values = [0, 0.25, 0.5];
    const backOff = createBackOff(() => values.shift() ?? 1);
    expect(times(3, () => backOff.next())).toEqual([0, 125, 500]);
  });

  test('begins again after a reset', () => {
    const backOff = createBackOff(nearlyOne);
    times(5, () => backOff.next());
    backOff.reset();
    expect(backOff.next()).toBe(250);
  });

  test('waits as long as the server asks, up to 30 s', () => {
    const backOff = createBackOff(() => 0);
    expect(backOff.next(7000)).toBe(7000);
    expect(backOff.next(3_600_000)).toBe(30_000);
  });
});
