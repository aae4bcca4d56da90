import { expect, test } from 'vitest';
import { getOrAdd } from '../../src/base/get-or-add.ts';

test('what a map has for a key is made once, and kept', () => {
  const lists = new Map<string, string[]>();
  getOrAdd(lists, 'a', () => []).push('first');
  getOrAdd(lists, 'a', () => []).push('second');
  getOrAdd(lists, 'b', () => []).push('other');
  expect([...lists]).toEqual([
    ['a', ['first', 'second']],
    ['b', ['other']],
  ]);
});

test('a value that is false counts as there', () => {
  const known = new Map([['a', 0]]);
  expect(getOrAdd(known, 'a', () => 1)).toBe(0);
});
