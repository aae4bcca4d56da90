import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeySet, readKeySet } from '../../../src/issuer/keys/key-set.ts';
import { createEcJwk, createEcPair, type Jwk, toSet, useRsaPair } from '../../support/issuer/key-jwks.ts';

const good = createEcJwk('good');
const ec = createEcJwk('other');
const rsa: Jwk = { ...useRsaPair(2048).publicJwk, kid: 'rsa' };

function readKeys(text: string): KeySet {
  const reading = readKeySet(text);
  if (reading.kind === 'refused') throw new Error(reading.problem);
  return reading;
}

function readProblem(text: string): string {
  const reading = readKeySet(text);
  return reading.kind === 'refused' ? reading.problem : 'not refused';
}

function withFirstByte(name: 'n' | 'e' | 'x', jwk: Jwk, bytes: readonly number[]): Jwk {
  const value = Buffer.concat([Buffer.from(bytes), Buffer.from(String(jwk[name]), 'base64url')]);
  return { ...jwk, [name]: value.toString('base64url') };
}

/** A key of so many bits that nobody has to make: only its size is looked at. */
function rsaOfBits(bits: number): Jwk {
  const n = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  n[0] = 0xff >> (n.length * 8 - bits);
  return { kty: 'RSA', kid: 'sized', n: n.toString('base64url'), e: 'AQAB' };
}

describe('a key is taken', () => {
  test.each<[string, Jwk, string[]]>([
    ['RSA without alg', rsa, ['RS256', 'RS384', 'RS512']],
    ['RSA with alg', { ...rsa, alg: 'RS384' }, ['RS384']],
    ['RSA with the smallest exponent', { ...rsa, e: 'Aw' }, ['RS256', 'RS384', 'RS512']],
    ['RSA of 8192 bits', rsaOfBits(8192), ['RS256', 'RS384', 'RS512']],
    ['P-256', createEcJwk('a'), ['ES256']],
    ['P-384', createEcJwk('a', 'P-384'), ['ES384']],
    ['P-521 with alg', { ...createEcJwk('a', 'P-521'), alg: 'ES512' }, ['ES512']],
    ['use sig', { ...ec, use: 'sig' }, ['ES256']],
    ['key_ops verify', { ...ec, key_ops: ['verify', 'encrypt'] }, ['ES256']],
    ['a kid of 256 characters', { ...ec, kid: 'k'.repeat(256) }, ['ES256']],
    ['members that nobody knows', { ...ec, x5t: 'abc', toString: 1 } as Jwk, ['ES256']],
  ])('%s', (_, jwk, algorithms) => {
    const { keys, skipped, find } = readKeys(toSet(jwk));
    expect(skipped).toEqual([]);
    expect(keys).toMatchObject([{ kid: jwk.kid, algorithms }]);
    expect(find(String(jwk.kid))).toEqual({ kind: 'found', key: keys[0] });
    expect(keys[0]?.key.type).toBe('public');
  });
});

describe('a key is passed over, and the good one beside it kept', () => {
  const off = createEcPair('P-384').publicJwk;
  test.each<[string, unknown, RegExp]>([
    ['no object', 'key', /no JSON object/],
    ['null', null, /no JSON object/],
    ['no kid', { ...ec, kid: undefined }, /no kid/],
    ['a kid that is a number', { ...ec, kid: 7 }, /kid is not a string/],
    ['an empty kid', { ...ec, kid: '' }, /kid is not a string/],
    ['a kid of 257 characters', { ...ec, kid: 'k'.repeat(257) }, /kid is not a string/],
    ['a kid with a line break', { ...ec, kid: 'a\nb' }, /kid is not a string/],
    ['use enc', { ...ec, use: 'enc' }, /use is not "sig"/],
    ['use null', { ...ec, use: null }, /use is not "sig"/],
    ['key_ops sign', { ...ec, key_ops: ['sign'] }, /lack "verify"/],
    ['key_ops that is a string', { ...ec, key_ops: 'verify' }, /lack "verify"/],
    ['key_ops twice', { ...ec, key_ops: ['verify', 'verify'] }, /operation twice/],
    ['OKP', { kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'o' }, /"OKP" is one that AWS does not accept/],
    ['AKP', { kty: 'AKP', alg: 'ML-DSA-65', pub: 'AAAA', kid: 'a' }, /"AKP" is one that AWS does not/],
    ['kty in lower case', { ...rsa, kty: 'rsa' }, /"rsa" is one that AWS does not accept/],
    ['no kty', { ...rsa, kty: undefined }, /kty is missing/],
    ['kty __proto__', { ...rsa, kty: '__proto__' }, /AWS does not accept/],
    ['PS256', { ...rsa, alg: 'PS256' }, /alg is not RS256, RS384, RS512/],
    ['RSA with an EC algorithm', { ...rsa, alg: 'ES256' }, /alg is not RS256/],
    ['EC with an RSA algorithm', { ...ec, alg: 'RS256' }, /alg is not ES256/],
    ['EC with the algorithm of another curve', { ...ec, alg: 'ES384' }, /alg is not ES256/],
    ['alg none', { ...ec, alg: 'none' }, /alg is not ES256/],
    ['HS256 on an RSA key', { ...rsa, alg: 'HS256' }, /alg is not RS256/],
    ['RSA of 1024 bits', { ...useRsaPair(1024).publicJwk, kid: 'a' }, /has 1024 bits: at least 2048/],
    ['RSA of 2047 bits', rsaOfBits(2047), /has 2047 bits: at least 2048/],
    ['RSA of 8193 bits', rsaOfBits(8193), /has 8193 bits: at most 8192/],
    ['an exponent of 1', { ...rsa, e: 'AQ' }, /exponent is not an odd number/],
    ['an even exponent', { ...rsa, e: 'AQAC' }, /exponent is not an odd number/],
    ['an exponent of 5 bytes', { ...rsa, e: 'AQAAAAE' }, /exponent is not an odd number/],
    ['no exponent', { ...rsa, e: undefined }, /its e is missing/],
    ['an even modulus', { ...rsa, n: `${rsa.n?.slice(0, -2)}AA` }, /modulus is even/],
    ['a modulus with a zero in front', withFirstByte('n', rsa, [0]), /n begins with a zero byte/],
    ['an exponent with a zero in front', withFirstByte('e', rsa, [0]), /e begins with a zero byte/],
    ['padding', { ...rsa, e: 'AQAB==' }, /e is not canonical base64url/],
    ['plain base64', { ...ec, x: `+${ec.x?.slice(1)}` }, /x is not canonical base64url/],
    ['junk that Node ignores', { ...rsa, n: `${rsa.n}\n` }, /n is not canonical base64url/],
    ['spare bits', { ...rsa, e: 'Ax' }, /e is not canonical base64url/],
    ['a coordinate that is a number', { ...ec, x: 5 }, /x is missing or no string/],
    ['a coordinate that is too short', { ...ec, x: 'AAAA' }, /x has 3 bytes: 32/],
    ['a coordinate that is too long', withFirstByte('x', ec, [0]), /x has 33 bytes: 32/],
    ['a point that is not on the curve', { ...ec, y: ec.x }, /EC members do not make a public key/],
    ['the point at infinity', { ...ec, x: 'A'.repeat(43), y: 'A'.repeat(43) }, /do not make a public key/],
    ['a point of another curve', { ...ec, x: off.x, y: off.y }, /x has 48 bytes: 32/],
    ['another curve', { ...ec, crv: 'secp256k1' }, /crv is none of/],
    ['a curve named constructor', { ...ec, crv: 'constructor' }, /crv is none of/],
  ])('%s', (_, jwk, problem) => {
    const { keys, skipped } = readKeys(toSet(jwk, good));
    expect(keys.map(({ kid }) => kid)).toEqual(['good']);
    expect(skipped).toMatchObject([{ index: 0, problem: expect.stringMatching(problem) }]);
  });

  test('and a token that names it is told why', () => {
    const { find, skipped } = readKeys(toSet(good, { ...rsa, alg: 'PS256' }));
    expect(find('rsa')).toMatchObject({ kind: 'unfit', problem: expect.stringContaining('alg is not') });
    expect(skipped).toMatchObject([{ index: 1, kid: '"rsa"' }]);
    expect(find('neither')).toEqual({ kind: 'unknown-kid' });
    expect(find('constructor')).toEqual({ kind: 'unknown-kid' });
  });

  test('its kid is clipped and cannot end a line', () => {
    const { skipped } = readKeys(toSet(good, { ...ec, kid: `"${'k'.repeat(200)}`, use: 'enc' }));
    expect(skipped[0]?.kid).toBe(`"\\"${'k'.repeat(63)}"…`);
  });
});

describe('a kid that is there twice', () => {
  const first = createEcJwk('twice');
  test.each<[string, unknown]>([
    ['with another key', createEcJwk('twice')],
    ['with the same key', first],
    ['with a key that is not fit', { ...first, use: 'enc' }],
  ])('is fit for neither, %s', (_, second) => {
    const { keys, skipped, find } = readKeys(toSet(first, good, second));
    expect(keys.map(({ kid }) => kid)).toEqual(['good']);
    expect(skipped.map(({ index }) => index)).toEqual([0, 2]);
    expect(find('twice')).toEqual({
      kind: 'unfit',
      problem: 'its kid is there more than once in the set',
    });
  });

  test('leaves no set where it is the only one', () => {
    expect(readProblem(toSet(first, first))).toMatch(
      /no key that is fit .*key 0: its kid is there more than/,
    );
  });
});

describe('a set is refused whole', () => {
  const rsaPrivate = useRsaPair(2048).privateJwk;
  test.each<[string, string, RegExp]>([
    ['nothing', '', /it is empty/],
    ['HTML', '<html></html>', /not JSON at line 1, column 1|not JSON/],
    ['a byte order mark', `\uFEFF${toSet(good)}`, /not JSON/],
    ['an array', JSON.stringify([good]), /no array "keys"/],
    ['a single key', JSON.stringify(good), /no array "keys"/],
    ['keys that is an object', JSON.stringify({ keys: { 0: good } }), /no array "keys"/],
    ['no keys', toSet(), /it has no keys/],
    ['201 keys', toSet(...Array.from({ length: 201 }, () => good)), /201 keys: at most 200/],
    ['keys twice', `{"keys":[],"keys":[${JSON.stringify(good)}]}`, /"\/keys" is there twice/],
    [
      'a member twice in a key',
      toSet(good).replace('"kid"', '"x":"AA","kid"'),
      /"\/keys\/0\/x" is there twice/,
    ],
    ['1 MiB and more', toSet(good) + ' '.repeat(1024 * 1024), /larger than 1 MiB/],
    ['deep nesting', `{"keys":${'['.repeat(100)}${']'.repeat(100)}}`, /nests deeper/],
    ['an RSA private key', toSet(good, { ...rsaPrivate, kid: 'p' }), /private key material.*at \/keys\/1/],
    ['an EC private key', toSet({ ...createEcPair().privateJwk, kid: 'p' }), /member "d"\) at \/keys\/0/],
    ['a symmetric key', toSet(good, { kty: 'oct', k: 'c2VjcmV0', kid: 's' }), /symmetric key/],
    ['a symmetric key in capitals', toSet(good, { kty: 'OCT', kid: 's' }), /symmetric key/],
    ['a private key beside keys', JSON.stringify({ keys: [good], old: { d: 'x' } }), /at \/old/],
    ['a private key within a key', toSet({ ...good, more: [{ p: 1 }] }), /at \/keys\/0\/more\/0/],
    ['a lone private key', JSON.stringify(createEcPair().privateJwk), /at the top/],
  ])('%s', (_, text, problem) => {
    expect(readProblem(text)).toMatch(problem);
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])('any key with %s', (member) => {
    const problem = readProblem(toSet(good, { ...ec, [member]: 'c2VjcmV0LXZhbHVl' }));
    expect(problem).toContain(`member "${member}"`);
    expect(problem).toContain('can sign tokens; take the document down, replace the key');
    expect(problem).not.toContain('c2VjcmV0LXZhbHVl');
  });

  test('one without a usable key says what is wrong with the first of them', () => {
    const keys = ['a', 'b', 'c', 'd'].map((kid) => ({ ...ec, kid, use: 'enc' }));
    expect(readProblem(toSet(...keys))).toMatch(/key 0: its use.*key 2: its use.*; and 1 more/);
  });
});

describe('whatever comes', () => {
  const secret = useRsaPair(2048).privateJwk;
  const members = fc.dictionary(
    fc.constantFrom(
      'kty',
      'kid',
      'n',
      'e',
      'crv',
      'x',
      'y',
      'd',
      'p',
      'k',
      'use',
      'key_ops',
      'alg',
      '__proto__',
    ),
    fc.oneof(
      fc.constantFrom('RSA', 'EC', 'oct', 'P-256', 'sig', good.x, good.y, secret.n, secret.d, 'AQAB'),
      fc.jsonValue(),
    ),
  );
  const entry = fc.oneof(
    members,
    fc.constantFrom(good, rsa, ec).chain((jwk) => members.map((more) => ({ ...jwk, ...more }))),
  );

  test('it does not throw, and no key is anything but public', () => {
    const whole = fc.constantFrom(good, rsa, ec);
    const document = fc.oneof(
      fc.array(entry, { maxLength: 6 }).map((keys) => JSON.stringify({ keys })),
      fc.tuple(whole, fc.option(entry)).map((keys) => JSON.stringify({ keys })),
      fc.json(),
      fc.string(),
    );
    let taken = 0;
    fc.assert(
      fc.property(document, (text) => {
        const reading = readKeySet(text);
        if (reading.kind === 'refused') return;
        taken += 1;
        for (const { kid, key } of reading.keys) {
          expect(key.type).toBe('public');
          expect(key.export({ format: 'jwk' })).not.toHaveProperty('d');
          expect(reading.find(kid).kind).toBe('found');
        }
        expect(reading.keys.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
    // Or else the property says nothing.
    expect(taken).toBeGreaterThan(2);
  });

  test('a set in which a secret member hides is refused wherever it is', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 4 }),
        fc.nat(4),
        fc.constantFrom('d', 'p', 'k'),
        (keys, at, name) => {
          const hidden = [...keys.slice(0, at), { ...good, [name]: 'x' }, ...keys.slice(at)];
          expect(readKeySet(JSON.stringify({ keys: hidden })).kind).toBe('refused');
        },
      ),
      { numRuns: 100 },
    );
  });
});
