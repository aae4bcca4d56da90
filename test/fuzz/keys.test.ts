import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocumentUrl } from '../../src/base/names/document-url.ts';
import { isLoopbackHost } from '../../src/base/names/loopback-host.ts';
import { readDiscovery } from '../../src/issuer/keys/discovery.ts';
import { judgeAddress } from '../../src/issuer/keys/ip-ranges.ts';
import { readKeySet } from '../../src/issuer/keys/key-set.ts';
import { createEcPair, useRsaPair } from '../support/issuer/key-jwks.ts';

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) };
const ec = createEcPair();
const rsa = useRsaPair(2048);

/** A text with a few characters put in, taken out or exchanged. */
function mutate(base: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    drop: fc.nat(2),
    put: fc.oneof(
      fc.string({ maxLength: 2 }),
      fc.constantFrom('"', '{', '}', '\\', '=', '\u0000', '\uFEFF', '\u3002', '%2e', '@', '#'),
    ),
  });
  return fc.tuple(base, fc.array(edit, { maxLength: 4 })).map(([text, edits]) =>
    edits.reduce((current, { at, drop, put }) => {
      const place = at % (current.length + 1);
      return `${current.slice(0, place)}${put}${current.slice(place + drop)}`;
    }, text),
  );
}

const set = JSON.stringify({
  keys: [
    { ...ec.publicJwk, kid: 'ec' },
    { ...rsa.publicJwk, kid: 'rsa' },
  ],
});
const secretSet = JSON.stringify({
  keys: [
    { ...ec.publicJwk, kid: 'ec' },
    { ...rsa.privateJwk, kid: 'rsa' },
  ],
});

test('no key set yields anything but public keys of allowed kinds', () => {
  fc.assert(
    fc.property(mutate(fc.constantFrom(set, secretSet)), (text) => {
      const reading = readKeySet(text);
      if (reading.kind === 'refused') return;
      for (const { key, algorithms } of reading.keys) {
        expect(key.type).toBe('public');
        const details = key.asymmetricKeyDetails;
        if (key.asymmetricKeyType === 'rsa') expect(details?.modulusLength).toBeGreaterThanOrEqual(2048);
        else expect([key.asymmetricKeyType, details?.namedCurve]).toEqual(['ec', 'prime256v1']);
        expect(
          algorithms.every((name) => name.startsWith(key.asymmetricKeyType === 'rsa' ? 'RS' : 'ES')),
        ).toBe(true);
      }
    }),
    runs,
  );
});

test('no discovery document leads to a host that is not allowed', () => {
  const issuer = 'https://issuer.example/id';
  const document = JSON.stringify({ issuer, jwks_uri: 'https://issuer.example/id/keys' });
  fc.assert(
    fc.property(mutate(fc.constant(document)), (text) => {
      const reading = readDiscovery(text, issuer);
      if (reading.kind === 'refused') return;
      expect(new URL(reading.jwksUri).origin).toBe('https://issuer.example');
    }),
    runs,
  );
});

test('no discovery document leads to this machine, wherever else it may lead', () => {
  const issuer = 'https://issuer.example/id';
  const documents = fc
    .constantFrom(
      'https://issuer.example/id/keys',
      'https://keys.example/k',
      'https://127.0.0.1/k',
      'http://localhost/',
    )
    .map((jwks_uri) => JSON.stringify({ issuer, jwks_uri }));
  fc.assert(
    fc.property(mutate(documents), (text) => {
      const reading = readDiscovery(text, issuer, { otherOrigins: true });
      if (reading.kind === 'refused') return;
      const { protocol, hostname, origin } = new URL(reading.jwksUri);
      expect(protocol).toBe('https:');
      expect(isIPv4(hostname) && hostname.startsWith('127.')).toBe(false);
      expect(['localhost', '[::1]']).not.toContain(hostname);
      expect(reading.elsewhere).toBe(origin !== 'https://issuer.example');
    }),
    runs,
  );
});

test('no URL leads to a host that it does not name', () => {
  const urls = fc.constantFrom(
    'https://issuer.example/a/b',
    'http://127.0.0.1:8080/',
    'https://[2600::1]/?a=b',
    'https://169.254.169.254/',
  );
  fc.assert(
    fc.property(mutate(urls), (text) => {
      const parsed = parseDocumentUrl(text);
      if (parsed.kind === 'refused') return;
      const { hostname, protocol, username, hash } = parsed.url;
      expect(text.toLowerCase()).toContain(`//${hostname}`);
      expect([username, hash]).toEqual(['', '']);
      expect(protocol === 'https:' || isLoopbackHost(hostname)).toBe(true);
    }),
    runs,
  );
});

test('no spelling of a metadata or loopback address is public', () => {
  const spellings = fc.constantFrom(
    '169.254.169.254',
    '127.0.0.1',
    '::ffff:169.254.169.254',
    '::1',
    'fd00:ec2::254',
    '64:ff9b::7f00:1',
    'fe80::1',
  );
  fc.assert(
    fc.property(mutate(spellings), (address) => {
      const { kind } = judgeAddress(address);
      if (/^(0*:)*(ffff:)?(169\.254|127)\./i.test(address)) expect(kind).not.toBe('public');
      if (kind === 'public')
        expect(/^\d+(\.\d+){3}$|^[23][0-9a-f]{3}:|^0*:.*ffff:|^0*64:ff9b:/i.test(address)).toBe(true);
    }),
    runs,
  );
});
