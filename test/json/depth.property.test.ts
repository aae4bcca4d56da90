import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countStructure } from '../../src/json/structure.ts';

const isDeeperThan = (text: string, limit: number): boolean => countStructure(text, limit).depth > limit;

function countDepth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(countDepth));
}

const bracketText = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', 'ü', '\n') });

const nested = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'large' },
    fc.oneof(bracketText, fc.constant(null), fc.integer()),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(bracketText, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('the depth scan', () => {
  test('agrees with a count over the parsed value, whatever brackets strings contain', () => {
    fc.assert(
      fc.property(nested, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const depth = countDepth(value);
        for (const limit of [depth - 1, depth, depth + 1])
          expect(isDeeperThan(text, limit)).toBe(depth > limit);
      }),
      { numRuns: 300 },
    );
  });

  test('answers for any text, unfinished strings included', () => {
    fc.assert(
      fc.property(fc.oneof(bracketText, fc.string({ unit: 'binary' })), (text) => {
        expect([true, false]).toContain(isDeeperThan(text, 3));
      }),
      { numRuns: 300 },
    );
  });

  test('stops a bomb of seven megabytes', () => {
    expect(isDeeperThan('['.repeat(7 * 1024 * 1024), 64)).toBe(true);
    expect(isDeeperThan('"'.repeat(7 * 1024 * 1024), 64)).toBe(false);
  });
});
