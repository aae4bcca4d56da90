import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hasRocaFingerprint } from '../../../src/issuer/keys/roca.ts';
import { createRocaModulus, expand, toBase64url, useRocaPair } from '../../support/issuer/roca-key.ts';

const toBytes = (value: bigint) => Buffer.from(toBase64url(value), 'base64url');

describe('the fingerprint', () => {
  test.each(Array.from({ length: 20 }, (_, index) => `seed ${index}`))(
    'is seen in a modulus of %s',
    (seed) => {
      expect(hasRocaFingerprint(toBytes(createRocaModulus(seed)))).toBe(true);
    },
  );

  test('is seen in a key that signs, made as the library made them', () => {
    const { n = '' } = useRocaPair().publicKey.export({ format: 'jwk' });
    expect(hasRocaFingerprint(Buffer.from(n, 'base64url'))).toBe(true);
  });

  test('is seen whatever zeros are in front', () => {
    const bytes = toBytes(createRocaModulus('zeros'));
    expect(hasRocaFingerprint(Buffer.concat([Buffer.alloc(3), bytes]))).toBe(true);
  });

  test('is not seen in random odd numbers', () => {
    for (let index = 0; index < 2_000; index += 1)
      expect(hasRocaFingerprint(toBytes(expand(`random ${index}`, 2048) | 1n | (1n << 2047n)))).toBe(false);
  });

  test('is not seen in keys of OpenSSL', () => {
    for (let index = 0; index < 3; index += 1) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const { n = '' } = publicKey.export({ format: 'jwk' });
      expect(hasRocaFingerprint(Buffer.from(n, 'base64url'))).toBe(false);
    }
  });

  test.each([-4n, -2n, 2n, 4n, 6n, 1n << 1000n])('is gone where the modulus is changed by %i', (change) => {
    expect(hasRocaFingerprint(toBytes(createRocaModulus('near') + change))).toBe(false);
  });

  test('needs one exponent for all primes: powers of 65537 modulo each alone are no fingerprint', () => {
    // Modulo 3 and 5 it has order 2 and 4: an even exponent beside an odd one.
    const product = [
      3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    ].reduce((all, prime) => all * BigInt(prime), 1n);
    // 1 modulo all primes but 3, where it is 2 = 65537^1: the exponent 0 for 5, and an odd one for 3.
    const rest = product / 3n;
    const each = rest % 3n === 1n ? rest + 1n : 2n * rest + 1n;
    expect([each % 3n, each % 5n, each % 97n]).toEqual([2n, 1n, 1n]);
    expect(hasRocaFingerprint(toBytes(each))).toBe(false);
    expect(hasRocaFingerprint(Buffer.of(1))).toBe(true);
  });

  test('of nothing, and of zero, is none', () => {
    expect(hasRocaFingerprint(Buffer.alloc(0))).toBe(false);
    expect(hasRocaFingerprint(Buffer.alloc(256))).toBe(false);
  });
});
