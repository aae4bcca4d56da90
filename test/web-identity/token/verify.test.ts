import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KeyFinder, KeyLookup } from '../../../src/web-identity/token/keys.ts';
import {
  classOf,
  REFUSALS,
  type RefusalCode,
  stsAnswerOf,
} from '../../../src/web-identity/token/refusals.ts';
import type { Rule } from '../../../src/web-identity/token/rule.ts';
import { RULES } from '../../../src/web-identity/token/rules.ts';
import { inspectToken, verifyToken } from '../../../src/web-identity/token/verify.ts';
import {
  AUDIENCE,
  CLAIMS,
  createKeys,
  createOptions,
  createSigner,
  createToken,
  ec,
  ISSUER,
  NOW,
  type Signer,
  SUBJECT,
} from '../../support/web-identity/tokens.ts';

async function accept(claims: Record<string, unknown>, profile: 'aws' | 'strict' = 'strict') {
  const verdict = await verifyToken(createToken({ claims }), createOptions({ profile }));
  if (verdict.kind !== 'accepted') throw new Error(verdict.detail);
  return verdict;
}

describe('the claims of an accepted token', () => {
  test('are read, those of Kubernetes too', async () => {
    const { claims } = await accept({});
    expect(claims).toEqual({
      iss: ISSUER,
      sub: SUBJECT,
      aud: [AUDIENCE],
      effectiveAudience: AUDIENCE,
      exp: CLAIMS.exp,
      iat: CLAIMS.iat,
      nbf: CLAIMS.nbf,
      jti: CLAIMS.jti,
      serviceAccount: {
        namespace: 'demo',
        ...CLAIMS['kubernetes.io'].serviceaccount,
        pod: CLAIMS['kubernetes.io'].pod,
        node: CLAIMS['kubernetes.io'].node,
        warnAfter: NOW + 3000,
      },
      all: CLAIMS,
    });
  });

  test('may lack what need not be there', async () => {
    const { claims } = await accept({ nbf: undefined, jti: undefined, 'kubernetes.io': undefined });
    expect(Object.keys(claims).sort()).toEqual([
      'all',
      'aud',
      'effectiveAudience',
      'exp',
      'iat',
      'iss',
      'sub',
    ]);
  });

  test('have the audience that azp names', async () => {
    const { claims } = await accept({ aud: ['a', 'b'], azp: AUDIENCE });
    expect(claims).toMatchObject({ aud: ['a', 'b'], azp: AUDIENCE, effectiveAudience: AUDIENCE });
  });

  test('are those that STS would see where it takes more', async () => {
    const { claims } = await accept({ sub: 7, exp: String(NOW + 60), 'kubernetes.io': undefined }, 'aws');
    expect(claims).toMatchObject({ sub: '7', exp: NOW + 60 });
  });
});

describe('time', () => {
  test.each([
    ['exp', -299.999, 'accepted'],
    ['exp', -300, 'refused'],
    ['iat', 300, 'accepted'],
    ['iat', 300.001, 'refused'],
    ['nbf', 300, 'accepted'],
    ['nbf', 300.001, 'refused'],
  ] as const)('%s %d s from now is %s by default', async (name, seconds, kind) => {
    // The claim stays, the clock moves: claims are whole seconds.
    const claim = NOW + 1000;
    const claims = {
      iat: NOW,
      nbf: NOW,
      exp: claim,
      ...(name !== 'exp' && { [name]: claim, exp: claim + 900 }),
    };
    const options = createOptions({ now: (claim - seconds) * 1000 });
    expect(await verifyToken(createToken({ claims }), options)).toMatchObject({ kind });
  });

  test('has the leeway that is asked for', async () => {
    const token = createToken({ claims: { exp: NOW - 10 } });
    expect(await verifyToken(token, createOptions({ leeway: 0 }))).toMatchObject({ code: 'token-expired' });
    expect(await verifyToken(token, createOptions({ leeway: 11 }))).toMatchObject({ kind: 'accepted' });
  });

  test('may be as long as is asked for', async () => {
    const token = createToken({ claims: { exp: NOW + 365 * 86_400 } });
    const options = createOptions({ maxLifetime: 366 * 86_400 });
    expect(await verifyToken(token, options)).toMatchObject({ kind: 'accepted' });
  });
});

describe('audiences by issuer', () => {
  test('do not speak for another issuer', async () => {
    const other = createOptions({ audiences: new Map([['https://other.example', [AUDIENCE]]]) });
    expect(await verifyToken(createToken(), other)).toMatchObject({ code: 'audience-not-allowed' });
    const own = createOptions({ audiences: new Map([[ISSUER, [AUDIENCE]]]) });
    expect(await verifyToken(createToken(), own)).toMatchObject({ kind: 'accepted' });
  });
});

describe('details', () => {
  test.each([
    [{ iss: `${ISSUER}/` }, 'They differ in a slash at the end'],
    [{ iss: 'https://OIDC.example/id/A' }, 'They differ in upper and lower case'],
    [{ aud: 'x' }, `the token is for "x"; accepted: "${AUDIENCE}"`],
    [{ exp: NOW - 3600, iat: NOW - 7200 }, 'exp was 3600 s ago, and 300 s are allowed'],
  ])('of %j say what to do', async (claims, detail) => {
    expect(await verifyToken(createToken({ claims }), createOptions())).toMatchObject({
      detail: expect.stringContaining(detail),
    });
  });

  test('are one clipped line of ASCII, whatever the token has', async () => {
    const iss = `https://x.example/\u001b[31m\u202e\n${'y'.repeat(5000)}`;
    const verdict = await verifyToken(createToken({ claims: { iss } }), createOptions());
    const detail = verdict.kind === 'refused' ? verdict.detail : '';
    expect(detail).toMatch(/^[ -~…]{1,400}$/);
    expect(detail).toContain('\\u001b');
  });

  test('name a line break at the end of a token file', async () => {
    expect(await verifyToken(`${createToken()}\n`, createOptions())).toMatchObject({
      detail: expect.stringContaining('without a line break at its end'),
    });
  });
});

describe('an inspection', () => {
  test('lists every rule in order, and all of a good token pass', async () => {
    const { verdict, checks } = await inspectToken(createToken(), createOptions());
    expect(verdict.kind).toBe('accepted');
    expect(checks.map(({ rule }) => rule)).toEqual(RULES.map(({ name }) => name));
    expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(checks.filter(({ detail }) => detail === '')).toEqual([]);
  });

  test('goes on after the rule that decides', async () => {
    const token = createToken({
      claims: { aud: 'x', exp: NOW - 9999, iat: NOW - 99_999 },
      header: { kid: 'no' },
    });
    const { verdict, checks } = await inspectToken(token, createOptions());
    expect(verdict).toMatchObject({ rule: 'key', code: 'kid-unknown' });
    const of = (rule: string) => checks.find((check) => check.rule === rule);
    expect(of('key')).toMatchObject({ outcome: 'failed' });
    expect(of('signature')).toMatchObject({ outcome: 'skipped', detail: 'needs key-algorithm' });
    expect(of('expiry')).toMatchObject({ outcome: 'failed', code: 'token-expired' });
    expect(of('audience')).toMatchObject({ outcome: 'failed', code: 'audience-not-allowed' });
    expect(of('subject')).toMatchObject({ outcome: 'passed' });
  });

  test('looks for no key of an issuer or algorithm that is refused', async () => {
    const keys = createKeys();
    const options = createOptions({ keys });
    await inspectToken(createToken({ claims: { iss: 'https://attacker.example' } }), options);
    await inspectToken(createToken({ header: { alg: 'HS256' } }), options);
    await inspectToken(createToken({ header: { crit: ['x'] } }), options);
    expect(keys.asked).toEqual([]);
  });

  test('shows as a warning what only we refuse, under aws', async () => {
    const token = createToken({ header: { typ: 'at+jwt' } });
    const { verdict, checks } = await inspectToken(token, createOptions({ profile: 'aws' }));
    expect(verdict).toMatchObject({
      kind: 'accepted',
      warnings: [{ rule: 'type', code: 'typ-not-allowed' }],
    });
    expect(checks.find(({ rule }) => rule === 'type')).toMatchObject({ outcome: 'warned', origin: 'ours' });
  });

  test('shows no part of the token', async () => {
    const token = createToken();
    const text = JSON.stringify(await inspectToken(`${token}A`, createOptions()));
    for (const part of token.split('.')) expect(text).not.toContain(part.slice(0, 30));
  });
});

describe('a signature that does not fit', () => {
  const successor = createSigner(ec.kid, 'ES256');
  const toLookup = ({ kid, alg, publicKey }: Signer): KeyLookup => ({
    kind: 'found',
    key: { kid, algorithms: [alg], key: publicKey },
  });
  const before = toLookup(ec);

  /** The issuer has put another key, or nothing new, under the same id. */
  function createChangedKeys(after: KeyLookup): KeyFinder & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      find: () => before,
      async findAgain(issuer, kid) {
        asked.push(`${issuer} ${kid}`);
        return after;
      },
    };
  }

  test('fits the key that the issuer has put in the place of the one at hand', async () => {
    const keys = createChangedKeys(toLookup(successor));
    const token = createToken({ signer: successor });
    expect(await verifyToken(token, createOptions({ keys }))).toMatchObject({ kind: 'accepted' });
    expect(await verifyToken(createToken(), createOptions({ keys }))).toMatchObject({ kind: 'accepted' });
    expect(keys.asked).toEqual([`${ISSUER} ${ec.kid}`]);
  });

  test.each<[what: string, after: KeyLookup]>([
    ['the same key', before],
    ['another one that does not fit', toLookup(createSigner(ec.kid, 'ES256'))],
    ['one of another algorithm', toLookup({ ...createSigner(ec.kid, 'ES384') })],
    ['none any more', { kind: 'unknown-kid' }],
    ['no answer', { kind: 'unavailable', trouble: 'passing', problem: 'x' }],
  ])('is refused as such where the issuer has %s', async (_what, after) => {
    const keys = createChangedKeys(after);
    const verdict = await verifyToken(createToken({ signer: successor }), createOptions({ keys }));
    expect(verdict).toMatchObject({ kind: 'refused', code: 'signature-invalid' });
    expect(keys.asked).toHaveLength(1);
  });
});

describe('the table of rules', () => {
  const rules: readonly Rule[] = RULES;

  test('has every rule that is written, once', async () => {
    const folder = new URL('../../../src/web-identity/token/rules/', import.meta.url);
    const files = readdirSync(folder).map((name) => new URL(name, folder).href);
    const modules = await Promise.all(files.map((file) => import(file) as Promise<Record<string, unknown>>));
    const written = modules.flatMap((found) => Object.values(found)).filter((one) => typeof one === 'object');
    expect(new Set(rules)).toEqual(new Set(written));
    expect(rules).toHaveLength(written.length);
  });

  test('needs only rules before, and none that may be a mere warning', () => {
    for (const [index, { needs }] of rules.entries()) {
      for (const need of needs) {
        const found = rules.findIndex(({ name }) => name === need);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThan(index);
        expect(rules[found]?.origin).not.toBe('ours');
      }
    }
  });

  test('has every code, and STS an answer to all that it refuses', () => {
    expect(new Set(rules.flatMap(({ codes }) => codes))).toEqual(new Set(Object.keys(REFUSALS)));
    for (const { origin, codes } of rules) {
      const answers = codes.map((code) => stsAnswerOf(code) !== undefined);
      expect(new Set(answers)).toEqual(new Set([origin !== 'ours']));
    }
  });

  test('names each rule once', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });
});

describe('the list of refusals', () => {
  test.each(Object.keys(REFUSALS) as RefusalCode[])('says of %s what it means', (code) => {
    expect(code).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(REFUSALS[code].meaning).toMatch(/^[^|\n]+\.$/);
    expect(['configuration', 'clock', 'transient', 'hostile', 'expired']).toContain(classOf(code));
  });
});
