import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareResourceVersions } from '../../src/kube/resource-version.ts';

const digits = fc.stringMatching(/^[0-9]{1,40}$/);

describe('compareResourceVersions', () => {
  test('orders decimals of any length as numbers', () => {
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const [left, right] = [BigInt(a), BigInt(b)];
        expect(compareResourceVersions(a, b)).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });

  test('orders neighbours beyond 2^53', () => {
    expect(compareResourceVersions('9007199254740992', '9007199254740993')).toBe(-1);
    expect(compareResourceVersions('10', '9')).toBe(1);
    expect(compareResourceVersions('7', '7')).toBe(0);
    expect(compareResourceVersions('000', '0')).toBe(0);
  });

  test.each([
    ['', '1'],
    ['1', ''],
    ['1', '1a'],
    ['-1', '1'],
    ['1.5', '1'],
    ['1e3', '1'],
    [' 1', '1'],
    ['١', '1'],
  ])('cannot order %j and %j', (a, b) => {
    expect(compareResourceVersions(a, b)).toBeUndefined();
  });
});
