import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, quoteValue, quoteValues, toPlainText } from '../../src/json/quote.ts';

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

test.each<[unknown, string]>([
  ['a\n', '"a\\n"'],
  ['x'.repeat(101), `"${'x'.repeat(100)}"\u2026 (101 characters)`],
  [1.5, '1.5'],
  [false, 'false'],
  [null, 'null'],
  [undefined, 'absent'],
  [[1, 2], 'an array of 2'],
  [{ constructor: 1 }, 'an object'],
])('the value %j is shown as %s', (value, shown) => {
  expect(quoteValue(value)).toBe(shown);
});

test('of many values the first five are shown', () => {
  expect(quoteValues(['a', 1, null, 'b', 'c'])).toBe('"a", 1, null, "b", "c"');
  expect(quoteValues([1, 2, 3, 4, 5, 6, 7])).toBe('1, 2, 3, 4, 5 and 2 more');
});

test('a plain text has neither quotes nor anything but ASCII', () => {
  expect(toPlainText('https://h\u00f6st\n')).toBe('https://h?st?');
  expect(toPlainText('x'.repeat(256))).toBe('x'.repeat(255));
});
