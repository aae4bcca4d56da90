import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PublicJwk, renderDiscovery, renderJwks } from '../../../src/issuer/documents.ts';
import { readPemKeys } from '../../../src/issuer/keys/pem.ts';
import { toKubernetesKid } from '../../../src/issuer/keys/public-jwk.ts';
import { createAuthority } from '../../support/certificates.ts';
import { measureCpuTime } from '../../support/cpu-time.ts';
import { generateEc, generateRsa, type KeyForm, toPem } from '../../support/issuer/key-files.ts';

const rsa = generateRsa();
const p256 = generateEc();

/** SHA-256 over the bytes between the dashes of an SPKI file, which are its DER. */
function computeKid(publicKey: KeyObject): string {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const base64 = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  return createHash('sha256')
    .update(Buffer.from(base64.join(''), 'base64'))
    .digest('base64url');
}

function readKeys(text: string): readonly PublicJwk[] {
  const reading = readPemKeys(text);
  if (reading.kind === 'refused') throw new Error(reading.problems.join('; '));
  return reading.keys;
}

function readProblems(text: string): readonly string[] {
  const reading = readPemKeys(text);
  return reading.kind === 'refused' ? reading.problems : [];
}

describe('the key id', () => {
  test.each([
    ['RSA', rsa],
    ['P-256', p256],
    ['P-384', generateEc('P-384')],
  ] as const)('of %s is the digest that kube-apiserver computes', (_, { publicKey }) => {
    const kid = toKubernetesKid(publicKey);
    expect(kid).toBe(computeKid(publicKey));
    expect(kid).toMatch(/^[\w-]{43}$/);
  });
});

describe('PEM', () => {
  const forms: readonly (readonly [KeyForm, typeof rsa])[] = [
    ['spki', rsa],
    ['pkcs1', rsa],
    ['pkcs8', rsa],
    ['spki', p256],
    ['sec1', p256],
    ['pkcs8', p256],
  ];

  test.each(forms)('%s gives the public key that verifies what the private one signs', (form, pair) => {
    const [jwk] = readKeys(toPem(pair, form));
    expect(jwk?.kid).toBe(computeKid(pair.publicKey));
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const signature = sign('sha256', Buffer.from('text'), pair.privateKey);
    expect(verify('sha256', Buffer.from('text'), key, signature)).toBe(true);
  });

  test.each([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
  ])('a key on %s has the algorithm %s', (curve, alg) => {
    expect(readKeys(toPem(generateEc(curve), 'spki'))).toMatchObject([{ kty: 'EC', crv: curve, alg }]);
  });

  test('of a certificate gives its key, as kube-apiserver reads it', () => {
    const { certificate, key } = createAuthority().issue({ names: ['signing'] });
    const publicKey = createPublicKey(key);
    expect(readKeys(certificate).map(({ kid }) => kid)).toEqual([computeKid(publicKey)]);
  });

  test('of several blocks gives each key once, with whatever stands between', () => {
    const text = [
      'Two keys, and one of them twice',
      toPem(rsa, 'pkcs1'),
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----',
      toPem(p256, 'sec1'),
      toPem(rsa, 'spki').replaceAll('\n', '\r\n'),
    ].join('\n');
    expect(readKeys(text).map(({ kid }) => kid)).toEqual(
      [rsa, p256].map((pair) => computeKid(pair.publicKey)),
    );
  });

  const encrypted = p256.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const traditional = p256.privateKey.export({
    type: 'sec1',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  const koblitz = generateEc('secp256k1');

  test.each<readonly [string, string, RegExp]>([
    ['nothing', '', /^it has no PEM block: give .*PUBLIC KEY/],
    ['an OpenSSH public key', 'ssh-rsa AAAAB3NzaC1yc2E= me', /ssh-keygen -e -m PKCS8/],
    ['a PKCS#8 key with a passphrase', encrypted.toString(), /^line 1: .*decrypt it with `openssl pkey`$/],
    ['a SEC1 key with a passphrase', traditional.toString(), /^line 1: the key is encrypted/],
    ['Ed25519', ed25519.toString(), /^line 1: a key of type ed25519 .* `iam-bridge keys generate`$/],
    ['secp256k1', toPem(koblitz, 'spki'), /^line 1: neither AWS nor kube-apiserver takes .* secp256k1; /],
    ['a short RSA key', toPem(generateRsa(1024), 'spki'), /^line 1: an RSA key of 1024 bits is too short; /],
    [
      'a PKCS#1 public key',
      rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      /^line 1: RSA PUBLIC KEY is not read by kube-apiserver: convert it with `openssl rsa/,
    ],
    [
      'an unknown block',
      '\n-----BEGIN X-----\nAA==\n-----END X-----',
      /^line 2: the block is neither .*: remove it$/,
    ],
    [
      'no base64',
      '-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----',
      /^line 1: the block is no public key/,
    ],
    [
      'another END',
      toPem(p256, 'spki').replace('END PUBLIC', 'END PRIVATE'),
      /^line 1: .* no END line of its own/,
    ],
    ['no END', toPem(p256, 'spki').split('\n').slice(0, 2).join('\n'), /^line 1: .* no END line of its own/],
    ['two megabytes', 'x'.repeat(2 ** 21), /^it is larger than 1048576 bytes$/],
  ])('%s is refused with the remedy', (_, text, problem) => {
    expect(readProblems(text)).toEqual([expect.stringMatching(problem)]);
  });

  test('with several faults tells them all, and the good keys do not hide them', () => {
    const text = [ed25519, toPem(rsa, 'spki'), toPem(koblitz, 'spki')].join('');
    expect(readProblems(text)).toHaveLength(2);
  });

  test('of nothing but BEGIN lines costs no more than its length', async () => {
    const text = '-----BEGIN PUBLIC KEY-----\n'.repeat(38_000);
    const cost = await measureCpuTime(() => expect(readProblems(text)).toHaveLength(38_000));
    expect(cost).toBeLessThan(2_000);
  });

  test('is read or refused, whatever it holds', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        '-----BEGIN PUBLIC KEY-----\n',
        '-----END PUBLIC KEY-----\n',
        '-----BEGIN \n',
        ':\n',
        '\n',
      ),
      fc.base64String({ maxLength: 40 }),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        expect(readProblems(parts.join(''))).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('private members', () => {
  const pairs = [rsa, p256, generateEc('P-384'), generateEc('P-521')];
  const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;
  type PrivateMember = Extract<keyof PublicJwk, (typeof PRIVATE)[number]>;

  test('are no members of a public key, for the compiler either', () => {
    // Does not compile as soon as the type has one of them.
    const none: [PrivateMember] extends [never] ? true : false = true;
    expect(none).toBe(true);
  });

  const files = pairs.flatMap((pair): (readonly [typeof rsa, KeyForm])[] => [
    [pair, 'spki'],
    [pair, 'pkcs8'],
    [pair, pair === rsa ? 'pkcs1' : 'sec1'],
  ]);

  test.each(files)('never come out: %#', (pair, form) => {
    const keys = readKeys(toPem(pair, form));
    const secret = pair.privateKey.export({ format: 'jwk' });
    // A caller that did not ask the compiler.
    const smuggled = keys.map((key) => ({ ...secret, ...key }) as PublicJwk);
    const discovery = renderDiscovery({ issuer: '', jwksUri: '', keys: smuggled });
    const text = JSON.stringify(keys) + renderJwks(smuggled) + discovery;
    const values = PRIVATE.map((name) => Reflect.get(secret, name)).filter((value) => value !== undefined);
    expect(values.length).toBeGreaterThan(0);
    for (const name of PRIVATE) expect(text).not.toContain(`"${name}":`);
    for (const value of values) expect(text).not.toContain(value);
  });
});
