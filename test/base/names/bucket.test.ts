import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBucketName } from '../../../src/base/names/bucket.ts';

test.each([
  'abc',
  '123',
  'iam-bridge-demo',
  'my.bucket.1',
  'a--b',
  '1.2.3',
  '1.2.3.4.5',
  '10.0.0.1a',
  'alias-s3alias',
  'x'.repeat(63),
])('%s is one', (text) => {
  expect(isBucketName(text)).toBe(true);
});

test.each([
  '',
  'ab',
  'x'.repeat(64),
  'Abc',
  'a_b',
  'a..b',
  '.ab',
  'ab.',
  '-ab',
  'ab-',
  'a.-b',
  'a-.b',
  '10.0.0.1',
  '1000.0.0.1',
  'a/b',
  'abc\n',
  ' abc',
  'äbc',
  '...',
])('%j is none', (text) => {
  expect(isBucketName(text)).toBe(false);
});

test('what is taken is a host below that of S3, and a step of a path, as it is', () => {
  const texts = fc.oneof(fc.stringMatching(/^[a-z0-9.-]{0,10}$/), fc.string({ maxLength: 5 }));
  fc.assert(
    fc.property(texts, (text) => {
      if (!isBucketName(text)) return;
      expect(new URL(`https://${text}.s3.amazonaws.com/`).hostname).toBe(`${text}.s3.amazonaws.com`);
      expect(new URL(`https://s3.amazonaws.com/${text}`).pathname).toBe(`/${text}`);
    }),
    { numRuns: 500 },
  );
});
