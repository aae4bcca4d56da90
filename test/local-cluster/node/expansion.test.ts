import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandVariables } from '../../../src/local-cluster/node/process-spec.ts';

const VALUES = new Map([
  ['A', 'a'],
  ['B', '$(A)'],
  ['EMPTY', ''],
  ['constructor', 'c'],
]);

describe('$(NAME) in a pod', () => {
  test.each([
    ['plain', 'plain'],
    ['$(A)', 'a'],
    ['x$(A)y$(A)z', 'xayaz'],
    ['$(B)', '$(A)'],
    ['[$(EMPTY)]', '[]'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$(toString) $(constructor)', '$(toString) c'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$(A', '$(A'],
    ['$A $', '$A $'],
    ['$()', '$()'],
    ['$(A)$', 'a$'],
  ])('%j becomes %j', (text, expected) => {
    expect(expandVariables(text, VALUES)).toBe(expected);
  });

  test('changes nothing where there is no dollar sign', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(expandVariables(plain, VALUES)).toBe(plain);
      }),
    );
  });
});
