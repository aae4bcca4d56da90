import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64url, isBase64url } from '../../../src/base/names/base64url.ts';

test.each([
  ['', 'base64url canonical'],
  ['AA', 'base64url canonical'],
  ['_-8', 'base64url canonical'],
  ['c2ln', 'base64url canonical'],
  ['AB', 'base64url'],
  ['c2h', 'base64url'],
  ['A', ''],
  ['AAAAA', ''],
  ['AA==', ''],
  ['c2l=', ''],
  ['+/8', ''],
  ['AA\n', ''],
  [' AA', ''],
  ['A A', ''],
  ['AA\u00a0', ''],
  ['\u0141A', ''],
])('%j is: %s', (text, forms) => {
  const found = [isBase64url(text) && 'base64url', decodeBase64url(text) !== undefined && 'canonical'];
  expect(found.filter((form) => form !== false).join(' ')).toBe(forms);
});

test('whatever bytes there are have one spelling, and no other text is taken for them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64url');
      expect(decodeBase64url(text)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 6 }), fc.stringMatching(/^[A-Za-z0-9_=+/-]{0,6}$/)),
      (text) => {
        const bytes = decodeBase64url(text);
        if (bytes === undefined) return;
        expect(isBase64url(text)).toBe(true);
        expect(bytes.toString('base64url')).toBe(text);
      },
    ),
    { numRuns: 500 },
  );
});
