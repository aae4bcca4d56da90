import { describe, expect, test } from 'vitest';
import { createKnownKeys } from '../../../src/authenticator/sts/known-keys.ts';

describe('keys', () => {
  test('are known for an hour', () => {
    const keys = createKnownKeys();
    keys.add('a', 0);
    expect([0, 3_599_999, 3_600_000].map((now) => keys.has('a', now))).toEqual([true, true, false]);
    expect(keys.has('b', 0)).toBe(false);
  });

  test('make room where there are many, whoever logged in the longest ago first', () => {
    const keys = createKnownKeys(2);
    keys.add('a', 0);
    keys.add('b', 1);
    keys.add('a', 2);
    keys.add('c', 3);
    expect(['a', 'b', 'c'].map((key) => keys.has(key, 4))).toEqual([true, false, true]);
  });
});
