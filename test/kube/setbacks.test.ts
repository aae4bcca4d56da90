import { describe, expect, test } from 'vitest';
import { createPace } from '../../src/kube/setbacks.ts';

const nearlyOne = (): number => 0.999_999;

function times(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

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
