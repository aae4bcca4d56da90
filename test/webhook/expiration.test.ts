import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clampExpiration, jitterExpiration, readExpiration } from '../../src/webhook/expiration.ts';
import type { Notice } from '../../src/webhook/notices.ts';

describe('reading a token-expiration annotation', () => {
  test.each<[text: string | undefined, seconds: number | undefined, code: string | undefined]>([
    [undefined, undefined, undefined],
    ['600', 600, undefined],
    ['0700', 700, undefined],
    ['+86400', 86_400, undefined],
    ['599', 600, 'expiration-clamped'],
    ['0', 600, 'expiration-clamped'],
    ['-1', 600, 'expiration-clamped'],
    ['-9223372036854775808', 600, 'expiration-clamped'],
    ['86401', 86_400, 'expiration-clamped'],
    ['9223372036854775807', 86_400, 'expiration-clamped'],
    ['9223372036854775808', undefined, 'expiration-unparsable'],
    ['', undefined, 'expiration-unparsable'],
    ['1h', undefined, 'expiration-unparsable'],
    ['700.0', undefined, 'expiration-unparsable'],
    [' 700', undefined, 'expiration-unparsable'],
    ['1e3', undefined, 'expiration-unparsable'],
    ['0x400', undefined, 'expiration-unparsable'],
  ])('%j is %s', (text, seconds, code) => {
    const notices: Notice[] = [];
    expect(readExpiration(text, 'Pod', notices)).toBe(seconds);
    expect(notices.map((notice) => notice.code)).toEqual(code === undefined ? [] : [code]);
  });

  test('the notice names the object, the value and what is used instead', () => {
    const notices: Notice[] = [];
    readExpiration('90000', 'ServiceAccount', notices);
    expect(notices[0]?.text).toBe(
      'ServiceAccount token-expiration "90000" is out of bounds, and 86400 used: give 600 to 86400',
    );
  });
});

test('clamping gives whole seconds within the bounds, from numbers of any size', () => {
  expect(clampExpiration(3_600)).toBe(3_600);
  fc.assert(
    fc.property(fc.oneof(fc.bigInt(), fc.integer(), fc.constantFrom(1e300, -1e300)), (seconds) => {
      const clamped = clampExpiration(seconds);
      expect(Number.isInteger(clamped) && clamped >= 600 && clamped <= 86_400).toBe(true);
    }),
  );
});

describe('spreading the renewal of container credentials', () => {
  test.each([
    [0, 79_200],
    [0.5, 82_800],
    [1 - Number.EPSILON / 2, 86_400],
  ])('a day at %d is %i', (random, seconds) => {
    expect(jitterExpiration(86_400, () => random)).toBe(seconds);
  });

  test('any other lifetime stays, and no dice are thrown', () => {
    const never = () => {
      throw new Error('the dice were thrown');
    };
    for (const seconds of [600, 86_399]) expect(jitterExpiration(seconds, never)).toBe(seconds);
  });

  test('every second from 22 to 24 hours is as likely as the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_200 }), (step) => {
        expect(jitterExpiration(86_400, () => (step + 0.5) / 7_201)).toBe(79_200 + step);
      }),
    );
  });
});
