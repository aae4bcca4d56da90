import { createSecureContext } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { listGoCipherNames, toOpenSslCipher, toTlsVersion } from '../../src/go/tls-names.ts';

describe('versions', () => {
  test.each([
    ['1.0', 'TLSv1'],
    ['1.1', 'TLSv1.1'],
    ['1.2', 'TLSv1.2'],
    ['1.3', 'TLSv1.3'],
    ['VersionTLS10', 'TLSv1'],
    ['VersionTLS13', 'TLSv1.3'],
    ['TLS12', undefined],
    ['versiontls12', undefined],
    ['1', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('%j is %s', (name, version) => {
    expect(toTlsVersion(name)).toBe(version);
  });

  test('Node takes every version', () => {
    for (const name of ['1.0', '1.1', '1.2', '1.3']) {
      const minVersion = toTlsVersion(name);
      expect(minVersion).toBeDefined();
      expect(() => createSecureContext(minVersion === undefined ? {} : { minVersion })).not.toThrow();
    }
  });
});

describe('cipher suites', () => {
  const known = listGoCipherNames().filter((name) => toOpenSslCipher(name) !== '');
  const dropped = listGoCipherNames().filter((name) => toOpenSslCipher(name) === '');

  test.each(known)('OpenSSL knows %s', (name) => {
    expect(() => createSecureContext({ ciphers: toOpenSslCipher(name) ?? '' })).not.toThrow();
  });

  test('OpenSSL has dropped exactly the ones that the table says', () => {
    expect(dropped.every((name) => /RC4|3DES/.test(name))).toBe(true);
    expect(known.some((name) => /RC4|3DES/.test(name))).toBe(false);
  });

  test('a name that Go does not know is no suite', () => {
    for (const name of ['AES128-SHA', 'tls_aes_128_gcm_sha256', '', 'constructor', 'TLS_NULL']) {
      expect(toOpenSslCipher(name)).toBeUndefined();
    }
  });
});
