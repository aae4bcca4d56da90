import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countMembers, countStructure } from '../../src/json/structure.ts';

test('a text has as many members as its value, where none is there twice', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(countStructure(text, 1_000).members).toBe(countMembers(JSON.parse(text)));
    }),
  );
});

test.each([
  ['{"a":1,"a":2}', 2, 1],
  ['{"a":{"b":1,"c":2},"a":3}', 4, 1],
  ['{"a":3,"a":{"b":1,"c":2}}', 4, 3],
  ['{"__proto__":1,"__proto__":2}', 2, 1],
  ['[":","\\":",{":\\\\":":"}]', 1, 1],
])('%s has %d members, and its value %d', (text, members, left) => {
  expect(countStructure(text, 10).members).toBe(members);
  expect(countMembers(JSON.parse(text))).toBe(left);
});

test('depth is counted to just beyond the limit', () => {
  expect(countStructure('[{"a":[]},[]]', 10).depth).toBe(3);
  expect(countStructure('['.repeat(100), 10).depth).toBe(11);
  expect(countStructure('"[[[["', 10).depth).toBe(0);
});
