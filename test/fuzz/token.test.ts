import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../../src/web-identity/token/refusals.ts';
import type { Rule } from '../../src/web-identity/token/rule.ts';
import { RULES } from '../../src/web-identity/token/rules.ts';
import type { Verdict } from '../../src/web-identity/token/verdict.ts';
import { inspectToken, verifyToken } from '../../src/web-identity/token/verify.ts';
import {
  AUDIENCE,
  CLAIMS,
  createKeys,
  createOptions,
  createSigner,
  ec,
  encode,
  ISSUER,
  NOW,
  rsa,
  type Signer,
  signParts,
} from '../support/web-identity/tokens.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300);
const rules = new Map<string, Rule>(RULES.map((rule) => [rule.name, rule]));
const attacker = createSigner(ec.kid, 'ES256');
const LEEWAY = 300;

/**
 * Says by hand what makes a token good, sharing no code with what is tested: the signature by node:crypto over the text
 * as it is, the claims by the plainest reading there is. Says no where anything is in doubt.
 */
function isGoodByHand(token: string, profile: 'aws' | 'strict'): boolean {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(token);
  if (match === null || token.length > (profile === 'strict' ? 16_384 : 20_000)) return false;
  const [, first = '', second = '', third = ''] = match;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let header: Record<string, unknown>;
  let claims: Record<string, unknown>;
  try {
    header = JSON.parse(decoder.decode(Buffer.from(first, 'base64url')));
    claims = JSON.parse(decoder.decode(Buffer.from(second, 'base64url')));
  } catch {
    return false;
  }
  const signer = [rsa, ec].find(({ kid, alg }) => kid === header?.['kid'] && alg === header['alg']);
  if (signer === undefined || 'crit' in header) return false;
  if (profile === 'strict' && ['jwk', 'jku', 'x5u', 'x5c', 'b64'].some((name) => name in header))
    return false;
  // A key made anew from its public form: not the object that is under test.
  const key = createPublicKey(signer.publicKey.export({ type: 'spki', format: 'pem' }));
  const signature = Buffer.from(third, 'base64url');
  const data = Buffer.from(`${first}.${second}`, 'latin1');
  if (!verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)) return false;
  return areClaimsGood(claims, profile);
}

type Claims = Readonly<Record<string, unknown>>;

function areClaimsGood(claims: Claims, profile: 'aws' | 'strict'): boolean {
  const { iss, sub, aud, azp } = claims;
  const list = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(list) || list.length === 0 || list.some((one) => typeof one !== 'string')) return false;
  if ('azp' in claims ? azp !== AUDIENCE : list.length !== 1 || list[0] !== AUDIENCE) return false;
  const isSubject =
    profile === 'aws'
      ? typeof sub === 'string' || Number.isFinite(sub)
      : typeof sub === 'string' && sub !== '';
  return iss === ISSUER && isSubject && areTimesGood(claims, profile);
}

function areTimesGood(claims: Claims, profile: 'aws' | 'strict'): boolean {
  const values = [claims['exp'], claims['iat'], 'nbf' in claims ? claims['nbf'] : NOW];
  const isQuoted = (value: unknown): boolean => typeof value === 'string' && /^-?\d+$/.test(value);
  const isInteger = (value: unknown): boolean =>
    (typeof value === 'number' || (profile === 'aws' && isQuoted(value))) &&
    Number.isSafeInteger(Number(value));
  if (!values.every(isInteger)) return false;
  const [exp = 0, iat = 0, nbf = 0] = values.map(Number);
  if (exp + LEEWAY <= NOW || iat > NOW + LEEWAY || nbf > NOW + LEEWAY) return false;
  return profile === 'aws' || (exp > iat && exp - iat <= 90_000);
}

/** A value where another is expected: of the right type, of a wrong one, or just beside it. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    2 ** 53,
    true,
    [],
    {},
    [AUDIENCE],
    [[AUDIENCE]],
    AUDIENCE,
    ISSUER,
  ),
  fc.integer({ min: NOW - 700, max: NOW + 700 }),
  fc.integer({ min: NOW - 700, max: NOW + 700 }).map(String),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const change = (names: readonly string[]) =>
  fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.constantFrom('constructor', '__proto__', 'x')),
    oddValue,
    {
      maxKeys: 2,
    },
  );
const headerChange = change(['alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'x5u', 'zip', 'enc']);
const anyClaimChange = change(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'azp', 'kubernetes.io', 'jti']);
/** One of the times at an edge, the others as they were. */
const timeChange = fc
  .tuple(fc.constantFrom('exp', 'iat', 'nbf'), fc.constantFrom(-601, -300, -299, 299, 300, 301, 599, 90_000))
  .map(([name, seconds]) => ({ [name]: NOW + seconds }));
const claimChange = fc.oneof({ weight: 2, arbitrary: anyClaimChange }, { weight: 1, arbitrary: timeChange });
const dropped = fc.subarray(['kid', 'typ', 'nbf', 'jti', 'kubernetes.io', 'iat', 'exp', 'sub'], {
  maxLength: 1,
});

function without(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** The text of an object, perhaps with a member twice, perhaps not quite JSON. */
const respelling = fc.oneof(
  { weight: 8, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: fc.constant((text: string) => `\ufeff${text}`) },
  { weight: 1, arbitrary: fc.constant((text: string) => ` ${text}\n`) },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replace('{', '{"sub":"x",')) },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replace('"exp"', '"\\u0065xp"')) },
  { weight: 1, arbitrary: fc.constant((text: string) => `${text}}`) },
  { weight: 1, arbitrary: fc.nat(600).map((at) => (text: string) => text.slice(0, at)) },
);

/** RSA signs slowly: one in six is enough to see that it is no other way. */
const signer = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Signer>(ec) },
  { weight: 1, arbitrary: fc.constant<Signer>(rsa) },
  { weight: 1, arbitrary: fc.constant<Signer>(attacker) },
);

/** A token whose signature fits whatever the rest is, unless the key is the attacker's. */
const signedToken = fc
  .record({
    signer,
    headerChange,
    claimChange,
    dropped,
    respellHeader: respelling,
    respellClaims: respelling,
  })
  .map((parts) => {
    const { kid, alg } = parts.signer;
    const header = without({ alg, kid, typ: 'JWT', ...parts.headerChange }, parts.dropped);
    const claims = without({ ...CLAIMS, ...parts.claimChange }, parts.dropped);
    const first = encode(parts.respellHeader(JSON.stringify(header)));
    return signParts(first, encode(parts.respellClaims(JSON.stringify(claims))), parts.signer);
  });

/** What can be done to a finished text. */
const edit = fc.oneof(
  fc.record({ at: fc.nat(1500), text: fc.string({ maxLength: 3 }) }).map(
    ({ at, text }) =>
      (token: string) =>
        token.slice(0, at) + text + token.slice(at),
  ),
  fc.record({ at: fc.nat(1500), length: fc.integer({ min: 1, max: 4 }) }).map(
    ({ at, length }) =>
      (token: string) =>
        token.slice(0, at) + token.slice(at + length),
  ),
  fc.record({ at: fc.nat(1500), by: fc.constantFrom('A', '-', '_', '=', '.', '+', '/', '\n', ' ', 'é') }).map(
    ({ at, by }) =>
      (token: string) =>
        token.slice(0, at) + by + token.slice(at + 1),
  ),
  fc.constantFrom(
    (token: string) => `${token}=`,
    (token: string) => `${token}\n`,
    (token: string) => `${token}.`,
    (token: string) => token.split('.').reverse().join('.'),
    (token: string) => token.replace(/.$/, 'B'),
    (token: string) => `${token.split('.').slice(0, 2).join('.')}.`,
    (token: string) => token.split('.').slice(0, 2).join('.'),
    (token: string) => token.toLowerCase(),
  ),
);

const anyToken = fc.oneof(
  { weight: 6, arbitrary: signedToken },
  { weight: 3, arbitrary: fc.tuple(signedToken, edit).map(([token, apply]) => apply(token)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);
const profile = fc.constantFrom('aws' as const, 'strict' as const);

function expectFromTable(verdict: Verdict): void {
  const findings = verdict.kind === 'accepted' ? verdict.warnings : [verdict];
  for (const { rule, code, detail } of findings) {
    expect(rules.get(rule)?.codes).toContain(code);
    expect(REFUSALS).toHaveProperty([code]);
    expect(detail).toMatch(/^[ -~…–]{1,1000}$/);
  }
}

describe('the validator', () => {
  let accepted = 0;

  test('accepts nothing that a check by hand refuses, refuses by its table, never throws', async () => {
    await fc.assert(
      fc.asyncProperty(anyToken, profile, async (token, chosen) => {
        const verdict = await verifyToken(token, createOptions({ profile: chosen }));
        expectFromTable(verdict);
        if (verdict.kind !== 'accepted') return;
        accepted += 1;
        expect(isGoodByHand(token, chosen)).toBe(true);
      }),
      { numRuns },
    );
    // Or else the property says nothing.
    expect(accepted).toBeGreaterThan(numRuns / 50);
  });

  test('comes to the same with every rule shown, and under aws refuses nothing that strict accepts', async () => {
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        const strict = await verifyToken(token, createOptions());
        const aws = await verifyToken(token, createOptions({ profile: 'aws' }));
        expect((await inspectToken(token, createOptions())).verdict).toEqual(strict);
        expect((await inspectToken(token, createOptions({ profile: 'aws' }))).verdict).toEqual(aws);
        if (strict.kind === 'accepted') expect(aws).toEqual(strict);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  test('asks for no key but of our issuer', async () => {
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        const keys = createKeys();
        await inspectToken(token, createOptions({ keys, profile: 'aws' }));
        expect(keys.asked.filter((asked) => !asked.startsWith(`${ISSUER} `))).toEqual([]);
        expect(keys.asked.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });
});
