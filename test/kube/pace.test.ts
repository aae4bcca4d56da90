import { describe, expect, test } from 'vitest';
import { createBackOff } from '../../src/base/back-off.ts';
import { createPace } from '../../src/kube/pace.ts';

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

describe('the pace of a watch', () => {
  test('a steady one is reopened at once, each time', () => {
    const pace = createPace(nearlyOne);
    expect(times(4, () => pace.ended(1000))).toEqual([0, 0, 0, 0]);
  });

  test('short ones are reopened at once only the first time', () => {
    const pace = createPace(nearlyOne);
    expect(times(4, () => pace.ended(999))).toEqual([0, 250, 500, 1000]);
    expect(pace.ended(5000)).toBe(0);
    expect(times(2, () => pace.ended(0))).toEqual([0, 250]);
  });

  test('failures wait longer and longer until something works', () => {
    const pace = createPace(nearlyOne);
    expect(times(3, () => pace.failed())).toEqual([250, 500, 1000]);
    pace.worked();
    expect(pace.failed()).toBe(250);
    pace.ended(60_000);
    expect(pace.failed()).toBe(250);
  });

  test('a list that works does not hide watches that do not', () => {
    const pace = createPace(nearlyOne);
    const waits = times(4, () => {
      pace.worked();
      return pace.ended(0);
    });
    expect(waits).toEqual([0, 250, 500, 1000]);
  });
});
