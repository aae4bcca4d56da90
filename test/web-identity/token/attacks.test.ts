import { createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KeyFinder, KeyLookup } from '../../../src/web-identity/token/keys.ts';
import type { RefusalCode } from '../../../src/web-identity/token/refusals.ts';
import { verifyToken } from '../../../src/web-identity/token/verify.ts';
import {
  AUDIENCE,
  CLAIMS,
  createKeys,
  createOptions,
  createSigner,
  createToken,
  ec,
  encode,
  ISSUER,
  NOW,
  rsa,
  signParts,
} from '../../support/web-identity/tokens.ts';

/** What `strict` refuses, and by which code; `aws` refuses by the same, or by another, or accepts and warns. */
type Attack = readonly [
  what: string,
  token: string,
  code: RefusalCode,
  underAws: 'refused' | 'warns' | RefusalCode,
];

const good = createToken();
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');
const header = { alg: 'ES256', kid: ec.kid, typ: 'JWT' };
const attacker = createSigner(ec.kid, 'ES256');
const rawHeader = (text: string | Buffer): string => signParts(encode(text), encode(CLAIMS));
const rawPayload = (text: string | Buffer): string => signParts(encode(header), encode(text));
const claims = (changes: Record<string, unknown>): string => createToken({ claims: changes });
const inHeader = (changes: Record<string, unknown>): string => createToken({ header: changes });

function signHmac(): string {
  const start = `${encode({ alg: 'HS256', kid: rsa.kid })}.${encode(CLAIMS)}`;
  const secret = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  return `${start}.${createHmac('sha256', secret).update(start).digest('base64url')}`;
}

/** The last character of 64 bytes in base64url carries two bits that are of no byte. */
function respell(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.slice(-1)) + 1];
}

const FORM: readonly Attack[] = [
  ['nothing', '', 'token-too-short', 'refused'],
  ['three characters', 'a.b', 'token-too-short', 'refused'],
  ['five million characters', `${good}${'A'.repeat(5_000_000)}`, 'token-too-long', 'refused'],
  ['20001 characters', 'A'.repeat(20_001), 'token-too-long', 'refused'],
  ['more than 16 KiB', claims({ pad: 'x'.repeat(12_000) }), 'token-over-limit', 'warns'],
  ['one part', goodHeader, 'not-a-jwt', 'refused'],
  ['two parts', `${goodHeader}.${goodPayload}`, 'not-a-jwt', 'refused'],
  ['four parts', `${good}.AAAA`, 'not-a-jwt', 'refused'],
  ['a dot more at the end', `${good}.`, 'not-a-jwt', 'refused'],
  ['no header', `.${goodPayload}.${goodSignature}`, 'not-a-jwt', 'refused'],
  ['no payload', `${goodHeader}..${goodSignature}`, 'not-a-jwt', 'refused'],
  ['only dots', '....', 'not-a-jwt', 'refused'],
  ['JWE', `${good}.AAAA.AAAA`, 'encrypted-token', 'refused'],
  [
    'JSON serialization',
    JSON.stringify({ protected: goodHeader, payload: goodPayload, signature: goodSignature }),
    'json-serialization',
    'refused',
  ],
  [
    'JSON serialization of several',
    ` {"payload":"${goodPayload}","signatures":[{"protected":"${goodHeader}"}]}`,
    'json-serialization',
    'refused',
  ],
  ['a blank in front', ` ${good}`, 'not-base64url', 'refused'],
  ['a byte order mark in front', `\ufeff${good}`, 'not-base64url', 'refused'],
  ['a line break behind', `${good}\n`, 'not-base64url', 'refused'],
  ['padding', `${good}==`, 'not-base64url', 'refused'],
  ['a blank within the signature', good.replace(/(.{10})$/, ' $1'), 'not-base64url', 'refused'],
  ['NUL', `${good}\0`, 'not-base64url', 'refused'],
  ['a character beyond ASCII', `${good}é`, 'not-base64url', 'refused'],
  ['percent encoding', good.replace('.', '%2E.'), 'not-base64url', 'refused'],
  [
    'the other base64 alphabet',
    `${goodHeader}.${goodPayload}.${'+/'.repeat(43)}`,
    'not-base64url',
    'refused',
  ],
  ['one character that makes no byte', `${good}AAA`, 'not-base64url', 'refused'],
  [
    'the same bytes spelt otherwise',
    `${goodHeader}.${goodPayload}.${respell(goodSignature)}`,
    'not-canonical-base64url',
    'warns',
  ],
  ['a header that is no JSON', rawHeader('alg=ES256'), 'header-malformed', 'refused'],
  ['a header that is an array', rawHeader('["ES256"]'), 'header-malformed', 'refused'],
  ['a header that is null', rawHeader('null'), 'header-malformed', 'refused'],
  [
    'a header that nests deep',
    rawHeader(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`),
    'header-malformed',
    'refused',
  ],
  ['a payload that is no JSON', rawPayload('hello'), 'payload-malformed', 'refused'],
  ['a payload that is a string', rawPayload('"hello"'), 'payload-malformed', 'refused'],
  [
    'a payload that nests deep',
    rawPayload(`${'['.repeat(5000)}${']'.repeat(5000)}`),
    'payload-malformed',
    'refused',
  ],
  [
    'a byte order mark before the payload',
    rawPayload(`\ufeff${JSON.stringify(CLAIMS)}`),
    'payload-malformed',
    'refused',
  ],
  [
    'a payload in UTF-16',
    rawPayload(Buffer.from(JSON.stringify(CLAIMS), 'utf16le')),
    'payload-malformed',
    'refused',
  ],
  [
    'an overlong sequence',
    rawPayload(Buffer.from([0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x3a, 0x31, 0x7d])),
    'payload-malformed',
    'refused',
  ],
  ['something after the payload', rawPayload(`${JSON.stringify(CLAIMS)} {}`), 'payload-malformed', 'refused'],
  [
    'a claim that is there twice',
    rawPayload(JSON.stringify(CLAIMS).replace('{', `{"sub":"system:serviceaccount:kube-system:admin",`)),
    'duplicate-member',
    'warns',
  ],
  [
    'a claim that is there twice, once escaped',
    rawPayload(JSON.stringify(CLAIMS).replace('{', `{"s\\u0075b":"x",`)),
    'duplicate-member',
    'warns',
  ],
  [
    'a nested claim that is there twice',
    rawPayload(
      JSON.stringify(CLAIMS).replace('"namespace":"demo"', `"namespace":"kube-system","namespace":"demo"`),
    ),
    'duplicate-member',
    'warns',
  ],
  [
    'a header member that is there twice',
    rawHeader(`{"alg":"none","kid":"${ec.kid}","alg":"ES256"}`),
    'duplicate-member',
    'warns',
  ],
];

const HEADERS: readonly Attack[] = [
  ['alg none', `${encode({ alg: 'none', kid: ec.kid })}.${goodPayload}.`, 'alg-none', 'refused'],
  ['alg nOnE with a signature', inHeader({ alg: 'nOnE' }), 'alg-none', 'refused'],
  ['alg absent', inHeader({ alg: undefined }), 'alg-not-allowed', 'refused'],
  ['alg an array', inHeader({ alg: ['ES256'] }), 'alg-not-allowed', 'refused'],
  ['alg in small letters', inHeader({ alg: 'es256' }), 'alg-not-allowed', 'refused'],
  ['alg with a blank', inHeader({ alg: 'ES256 ' }), 'alg-not-allowed', 'refused'],
  ['alg a name of every object', inHeader({ alg: 'constructor' }), 'alg-not-allowed', 'refused'],
  ['HS256 keyed with the RSA public key', signHmac(), 'alg-not-allowed', 'refused'],
  ...['HS512', 'PS256', 'EdDSA', 'Ed25519', 'ES256K', 'ML-DSA-44', 'RSA-OAEP'].map(
    (alg): Attack => [`alg ${alg}`, inHeader({ alg }), 'alg-not-allowed', 'refused'],
  ),
  ['crit', inHeader({ crit: ['exp'] }), 'crit-not-supported', 'refused'],
  ['crit with b64', inHeader({ crit: ['b64'], b64: false }), 'crit-not-supported', 'refused'],
  ['an empty crit', inHeader({ crit: [] }), 'crit-not-supported', 'refused'],
  ['crit null', inHeader({ crit: null }), 'crit-not-supported', 'refused'],
  [
    'the key of an attacker in jwk',
    createToken({
      header: { kid: 'mine', jwk: attacker.publicKey.export({ format: 'jwk' }) },
      signer: attacker,
    }),
    'key-in-header',
    'kid-unknown',
  ],
  ['jku', inHeader({ jku: 'https://attacker.example/jwks' }), 'key-in-header', 'warns'],
  ['x5u', inHeader({ x5u: 'http://169.254.169.254/' }), 'key-in-header', 'warns'],
  ['x5c', inHeader({ x5c: [] }), 'key-in-header', 'warns'],
  ['typ at+jwt', inHeader({ typ: 'at+jwt' }), 'typ-not-allowed', 'warns'],
  ['typ null', inHeader({ typ: null }), 'typ-not-allowed', 'warns'],
  ['typ an object', inHeader({ typ: {} }), 'typ-not-allowed', 'warns'],
  ['b64 alone', inHeader({ b64: true }), 'unencoded-payload', 'warns'],
];

const KEYS: readonly Attack[] = [
  ['iss absent', claims({ iss: undefined }), 'claim-missing', 'refused'],
  ['iss null', claims({ iss: null }), 'claim-malformed', 'refused'],
  ['iss a list with the right one', claims({ iss: [ISSUER] }), 'claim-malformed', 'refused'],
  ['iss with a slash more', claims({ iss: `${ISSUER}/` }), 'issuer-unknown', 'refused'],
  ['iss in capitals', claims({ iss: ISSUER.toUpperCase() }), 'issuer-unknown', 'refused'],
  ['iss without its path', claims({ iss: 'https://oidc.example' }), 'issuer-unknown', 'refused'],
  ['iss with a blank', claims({ iss: `${ISSUER} ` }), 'issuer-unknown', 'refused'],
  ['iss empty', claims({ iss: '' }), 'issuer-unknown', 'refused'],
  ['an address within', claims({ iss: 'http://169.254.169.254/latest' }), 'issuer-unknown', 'refused'],
  ['a token of a Secret', claims({ iss: 'kubernetes/serviceaccount' }), 'legacy-token', 'refused'],
  ['kid absent', inHeader({ kid: undefined }), 'kid-missing', 'refused'],
  ['kid a number', inHeader({ kid: 1 }), 'kid-missing', 'refused'],
  ['kid an object', inHeader({ kid: { toString: 'ec-1' } }), 'kid-missing', 'refused'],
  ['kid an array', inHeader({ kid: ['ec-1'] }), 'kid-missing', 'refused'],
  ['kid of 257 characters', inHeader({ kid: 'x'.repeat(257) }), 'kid-malformed', 'kid-unknown'],
  ['kid of 10,000 characters', inHeader({ kid: 'x'.repeat(10_000) }), 'kid-malformed', 'kid-unknown'],
  ['kid empty', inHeader({ kid: '' }), 'kid-malformed', 'kid-unknown'],
  ['kid with a line break', inHeader({ kid: 'ec-1\n' }), 'kid-malformed', 'kid-unknown'],
  ['kid a path', inHeader({ kid: '../../../../dev/null' }), 'kid-unknown', 'refused'],
  ['kid of SQL', inHeader({ kid: "ec-1'--" }), 'kid-unknown', 'refused'],
  ['kid a name of every object', inHeader({ kid: '__proto__' }), 'kid-unknown', 'refused'],
  ['an unknown kid', inHeader({ kid: 'ec-2' }), 'kid-unknown', 'refused'],
  ['the algorithm of another key', inHeader({ alg: 'RS256' }), 'key-algorithm-mismatch', 'refused'],
  ['the algorithm of a larger curve', inHeader({ alg: 'ES384' }), 'key-algorithm-mismatch', 'refused'],
];

const SIGNATURES: readonly Attack[] = [
  ['a key of the same id', createToken({ signer: attacker }), 'signature-invalid', 'refused'],
  ['no signature', `${goodHeader}.${goodPayload}.`, 'signature-invalid', 'refused'],
  ['a signature of zeros', `${goodHeader}.${goodPayload}.${'A'.repeat(86)}`, 'signature-invalid', 'refused'],
  [
    'half a signature',
    `${goodHeader}.${goodPayload}.${goodSignature.slice(0, 40)}`,
    'signature-invalid',
    'refused',
  ],
  [
    'another payload under the signature',
    `${goodHeader}.${encode({ ...CLAIMS, sub: 'system:serviceaccount:kube-system:admin' })}.${goodSignature}`,
    'signature-invalid',
    'refused',
  ],
  ['an RSA signature with bytes more', `${createToken({ signer: rsa })}AAAA`, 'signature-invalid', 'refused'],
];

const CLAIM_ATTACKS: readonly Attack[] = [
  ...['sub', 'aud', 'iat', 'exp'].map(
    (name): Attack => [`${name} absent`, claims({ [name]: undefined }), 'claim-missing', 'refused'],
  ),
  ['sub null', claims({ sub: null }), 'subject-null', 'refused'],
  ['sub an object', claims({ sub: { a: 1 } }), 'claim-malformed', 'refused'],
  ['sub true', claims({ sub: true }), 'claim-malformed', 'refused'],
  [
    'sub infinite',
    rawPayload(JSON.stringify({ ...CLAIMS, sub: 0 }).replace('"sub":0', '"sub":1e999')),
    'claim-malformed',
    'refused',
  ],
  ['sub a number', claims({ sub: 7, 'kubernetes.io': undefined }), 'subject-not-text', 'warns'],
  ['sub empty', claims({ sub: '', 'kubernetes.io': undefined }), 'subject-not-text', 'warns'],
  ['exp null', claims({ exp: null }), 'claim-malformed', 'refused'],
  ['exp a float', claims({ exp: NOW + 3600.5 }), 'claim-malformed', 'refused'],
  [
    'exp infinite',
    rawPayload(JSON.stringify({ ...CLAIMS, exp: 0 }).replace('"exp":0', '"exp":1e999')),
    'claim-malformed',
    'refused',
  ],
  ['exp beyond 2^53', claims({ exp: 2 ** 53 }), 'claim-malformed', 'refused'],
  ['exp in quotes, and no integer', claims({ exp: '1e12' }), 'claim-malformed', 'refused'],
  ['exp in quotes, in hexadecimal', claims({ exp: '0xffffffffff' }), 'claim-malformed', 'refused'],
  ['exp an empty text', claims({ exp: '' }), 'claim-malformed', 'refused'],
  ['exp a list', claims({ exp: [NOW + 3600] }), 'claim-malformed', 'refused'],
  ['exp in quotes', claims({ exp: String(NOW + 3600) }), 'time-not-number', 'warns'],
  ['nbf null', claims({ nbf: null }), 'claim-malformed', 'refused'],
  ['iat a float', claims({ iat: NOW - 0.5 }), 'claim-malformed', 'refused'],
  ['exp just out of the leeway', claims({ exp: NOW - 300, iat: NOW - 3600 }), 'token-expired', 'refused'],
  ['exp long ago', claims({ exp: 1, iat: 0 }), 'token-expired', 'refused'],
  ['exp negative', claims({ exp: -1 }), 'token-expired', 'refused'],
  ['iat in the future', claims({ iat: NOW + 301 }), 'issued-in-future', 'refused'],
  ['nbf in the future', claims({ nbf: NOW + 301 }), 'not-yet-valid', 'refused'],
  ['a year', claims({ exp: NOW + 365 * 86_400 }), 'lifetime-out-of-range', 'warns'],
  ['an end before its begin', claims({ exp: NOW - 100, iat: NOW - 50 }), 'lifetime-out-of-range', 'warns'],
  ['aud a number', claims({ aud: 7 }), 'claim-malformed', 'refused'],
  ['aud an empty list', claims({ aud: [] }), 'claim-malformed', 'refused'],
  ['aud a list in a list', claims({ aud: [[AUDIENCE]] }), 'claim-malformed', 'refused'],
  ['aud with a number in it', claims({ aud: [AUDIENCE, 7] }), 'claim-malformed', 'refused'],
  ['aud another', claims({ aud: 'sts.amazon.com' }), 'audience-not-allowed', 'refused'],
  ['aud with a blank', claims({ aud: `${AUDIENCE} ` }), 'audience-not-allowed', 'refused'],
  ['aud empty', claims({ aud: '' }), 'audience-not-allowed', 'refused'],
  ['aud twice the same, no azp', claims({ aud: [AUDIENCE, AUDIENCE] }), 'audience-ambiguous', 'refused'],
  ['two aud, no azp', claims({ aud: [AUDIENCE, 'x'] }), 'audience-ambiguous', 'refused'],
  ['azp another', claims({ azp: 'x' }), 'audience-not-allowed', 'refused'],
  ['azp null', claims({ azp: null }), 'claim-malformed', 'refused'],
  ['azp a list', claims({ azp: [AUDIENCE] }), 'claim-malformed', 'refused'],
  [
    'sub of another account',
    claims({ sub: 'system:serviceaccount:demo:default' }),
    'service-account-mismatch',
    'warns',
  ],
  [
    'sub of another namespace',
    claims({ sub: 'system:serviceaccount:kube-system:s3-echoer' }),
    'service-account-mismatch',
    'warns',
  ],
  ['sub a user', claims({ sub: 'admin' }), 'service-account-mismatch', 'warns'],
  [
    'sub with a name that no ServiceAccount can have',
    claims({ sub: 'system:serviceaccount:demo:a..b', 'kubernetes.io': undefined }),
    'service-account-mismatch',
    'warns',
  ],
  [
    'sub with a part more',
    claims({ sub: 'system:serviceaccount:demo:s3-echoer:x' }),
    'service-account-mismatch',
    'warns',
  ],
  [
    'sub with an odd name',
    claims({ sub: 'system:serviceaccount:demo:*', 'kubernetes.io': undefined }),
    'service-account-mismatch',
    'warns',
  ],
  ['kubernetes.io null', claims({ 'kubernetes.io': null }), 'service-account-mismatch', 'warns'],
  [
    'kubernetes.io without uid',
    claims({ 'kubernetes.io': { namespace: 'demo', serviceaccount: { name: 's3-echoer' } } }),
    'service-account-mismatch',
    'warns',
  ],
  [
    'kubernetes.io with a pod that is none',
    claims({ 'kubernetes.io': { ...CLAIMS['kubernetes.io'], pod: 'x' } }),
    'service-account-mismatch',
    'warns',
  ],
];

const ALL = [...FORM, ...HEADERS, ...KEYS, ...SIGNATURES, ...CLAIM_ATTACKS];

describe('a good token', () => {
  test.each([
    rsa,
    ec,
    ...(['RS384', 'RS512', 'ES384', 'ES512'] as const).map((alg) => createSigner(alg, alg)),
  ])('of $alg is accepted', async (signer) => {
    const keys = createKeys([signer]);
    const verdict = await verifyToken(createToken({ signer }), createOptions({ keys }));
    expect(verdict).toMatchObject({ kind: 'accepted', kid: signer.kid, warnings: [] });
  });
});

describe('strict refuses', () => {
  test.each(ALL)('%s', async (_what, token, code) => {
    const verdict = await verifyToken(token, createOptions());
    expect(verdict).toMatchObject({ kind: 'refused', code });
    expectNoSecret(verdict, token);
  });
});

describe('aws refuses', () => {
  test.each(ALL.filter(([, , , underAws]) => underAws !== 'warns'))(
    '%s',
    async (_what, token, code, underAws) => {
      const verdict = await verifyToken(token, createOptions({ profile: 'aws' }));
      expect(verdict).toMatchObject({ kind: 'refused', code: underAws === 'refused' ? code : underAws });
    },
  );
});

describe('aws accepts with a warning', () => {
  test.each(ALL.filter(([, , , underAws]) => underAws === 'warns'))('%s', async (_what, token, code) => {
    const verdict = await verifyToken(token, createOptions({ profile: 'aws' }));
    expect(verdict.kind === 'accepted' && verdict.warnings.map((warning) => warning.code)).toContain(code);
    // Beside a token that is accepted, nothing says that STS would not accept it.
    expect(JSON.stringify(verdict)).not.toMatch(/(?:STS|AWS) (?:would|will|says|answers|refuses|does not)/);
  });
});

/** No part of a token that is long enough to be one may be in a verdict. */
function expectNoSecret(verdict: unknown, token: string): void {
  const text = JSON.stringify(verdict);
  const parts = token.split('.').filter((part) => part.length > 40);
  expect(parts.filter((part) => text.includes(part.slice(0, 40)))).toEqual([]);
}

describe('keys', () => {
  test('are not asked for where the form or header of the token decides', async () => {
    for (const [, token] of [...FORM, ...HEADERS]) {
      const keys = createKeys();
      await verifyToken(token, createOptions({ keys }));
      expect(keys.asked).toEqual([]);
    }
  });

  test('are asked for once, of the issuer that we trust', async () => {
    const keys = createKeys();
    await verifyToken(good, createOptions({ keys }));
    await verifyToken(claims({ iss: 'https://attacker.example' }), createOptions({ keys }));
    expect(keys.asked).toEqual([`${ISSUER} ${ec.kid}`]);
  });

  test('of one issuer do not speak for another', async () => {
    const other = 'https://other.example';
    const token = claims({ iss: other });
    const verdict = await verifyToken(token, createOptions({ issuers: [ISSUER, other] }));
    expect(verdict).toMatchObject({ kind: 'refused', code: 'kid-unknown' });
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const lookups: readonly (readonly [string, KeyLookup, RefusalCode])[] = [
    ['unfit', { kind: 'unfit', problem: 'it is there twice' }, 'key-unfit'],
    [
      'unavailable',
      { kind: 'unavailable', trouble: 'passing', problem: 'connect ECONNREFUSED' },
      'keys-unavailable',
    ],
    ['refused', { kind: 'unavailable', trouble: 'published', problem: 'answered 403' }, 'keys-refused'],
    ['out of reach', { kind: 'unavailable', trouble: 'local', problem: 'ENOENT' }, 'keys-out-of-reach'],
    [
      'too short, and passed on all the same',
      { kind: 'found', key: { kid: rsa.kid, algorithms: ['RS256'], key: small.publicKey } },
      'key-unfit',
    ],
    [
      'of another type than it is said to be',
      { kind: 'found', key: { kid: rsa.kid, algorithms: ['RS256'], key: ec.publicKey } },
      'key-unfit',
    ],
  ];
  test.each(lookups)('that are %s refuse, at once or later', async (_what, lookup, code) => {
    const token = createToken({ signer: rsa });
    const finders: KeyFinder[] = [{ find: () => lookup }, { find: async () => lookup }];
    for (const keys of finders) {
      expect(await verifyToken(token, createOptions({ keys }))).toMatchObject({ kind: 'refused', code });
    }
  });

  test('may come later', async () => {
    const found = createKeys();
    const keys: KeyFinder = { find: async (issuer, kid) => found.find(issuer, kid) };
    expect(await verifyToken(good, createOptions({ keys }))).toMatchObject({ kind: 'accepted' });
  });
});
