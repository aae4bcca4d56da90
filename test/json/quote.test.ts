import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from '../../src/json/quote.ts';

test.each([
  ['plain', '"plain"'],
  ['"\\', '"\\"\\\\"'],
  ['\u001b[31m\n\u202e\u00e9', '"\\u001b[31m\\n\\u202e\\u00e9"'],
  ['12345678', '"12345678"'],
  ['123456789', '"12345678"\u2026'],
])('%j is shown as %s', (text, shown) => {
  expect(quote(text, 8)).toBe(shown);
});

test('any text is one line of ASCII, and can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const shown = quote(text, 1_000);
      expect(shown).toMatch(/^[ -~]*$/);
      expect(JSON.parse(shown)).toBe(text);
    }),
    { numRuns: 100 },
  );
});
