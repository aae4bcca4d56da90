import { describe, expect, test } from 'vitest';
import { createResultCache } from '../../src/base/result-cache.ts';

describe('results', () => {
  test('are kept for the time of the cache, and never beyond their own', () => {
    const cache = createResultCache<string>(60_000, 10);
    cache.set('a', 'long', 0, 900_000);
    cache.set('b', 'short', 0, 1_000);
    expect([999, 1_000].map((now) => cache.get('b', now))).toEqual(['short', undefined]);
    expect([59_999, 60_000].map((now) => cache.get('a', now))).toEqual(['long', undefined]);
  });

  test('are forgotten where the clock was set back', () => {
    const cache = createResultCache<string>(60_000, 10);
    cache.set('a', 'x', 100_000, 900_000);
    expect(cache.get('a', 99_999)).toBeUndefined();
  });

  test.each([
    ['a cache that is off', 0, 900_000],
    ['a result that is over', 60_000, 0],
  ])('are not kept by %s', (_, lifetime, until) => {
    const cache = createResultCache<string>(lifetime, 10);
    cache.set('a', 'x', 0, until);
    expect([cache.get('a', 0), cache.size]).toEqual([undefined, 0]);
  });

  test('stay within their number: those that are over go first, then the oldest', () => {
    const cache = createResultCache<number>(60_000, 3);
    for (const [index, hash] of ['a', 'b', 'c', 'd'].entries()) cache.set(hash, index, index, 900_000);
    expect(['a', 'b', 'c', 'd'].map((hash) => cache.get(hash, 10))).toEqual([undefined, 1, 2, 3]);
    cache.set('e', 4, 60_002, 900_000);
    expect(cache.size).toBe(2);
  });
});
