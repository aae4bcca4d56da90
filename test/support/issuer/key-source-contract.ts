import { expect, test } from 'vitest';
import type { KeyFinder } from '../../../src/web-identity/token/keys.ts';
import { createEcJwk, type Jwk, toSet, useRsaPair } from './key-jwks.ts';

export const CONTRACT_ISSUER = 'https://issuer.example';

/** Makes a finder that has this JWK Set for `CONTRACT_ISSUER`, or, where that is undefined, a source that fails. */
export type MakeFinder = (jwks: string | undefined) => KeyFinder | Promise<KeyFinder>;

/** What every key finder promises, wherever its keys come from. Call it within `describe`. */
export function testKeyFinder(makeFinder: MakeFinder): void {
  const ec = createEcJwk('ec');
  const rsa: Jwk = { ...useRsaPair(2048).publicJwk, kid: 'rsa', alg: 'RS256', use: 'sig' };
  const jwks = toSet(
    ec,
    rsa,
    { ...createEcJwk('enc'), use: 'enc' },
    createEcJwk('twice'),
    createEcJwk('twice'),
  );

  test('finds each key by its kid', async () => {
    const finder = await makeFinder(jwks);
    const found = await Promise.all(['ec', 'rsa'].map((kid) => finder.find(CONTRACT_ISSUER, kid)));
    expect(found).toMatchObject([
      { kind: 'found', key: { kid: 'ec', algorithms: ['ES256'] } },
      { kind: 'found', key: { kid: 'rsa', algorithms: ['RS256'] } },
    ]);
  });

  test('yields public keys, equal to those published', async () => {
    const found = await (await makeFinder(jwks)).find(CONTRACT_ISSUER, 'ec');
    const key = found.kind === 'found' ? found.key.key : undefined;
    expect(key?.type).toBe('public');
    expect(key?.export({ format: 'jwk' })).toEqual({ kty: 'EC', crv: 'P-256', x: ec.x, y: ec.y });
  });

  test('does not know a kid that is not there', async () => {
    const finder = await makeFinder(jwks);
    for (const kid of ['other', '', 'EC', '__proto__', 'constructor', 'x'.repeat(10_000)]) {
      expect(await finder.find(CONTRACT_ISSUER, kid)).toEqual({ kind: 'unknown-kid' });
    }
  });

  test('says why a key is not fit', async () => {
    const finder = await makeFinder(jwks);
    expect(await finder.find(CONTRACT_ISSUER, 'enc')).toEqual({
      kind: 'unfit',
      problem: 'its use is not "sig"',
    });
    expect(await finder.find(CONTRACT_ISSUER, 'twice')).toEqual({
      kind: 'unfit',
      problem: 'its kid is there more than once in the set',
    });
  });

  test.each([`${CONTRACT_ISSUER}/`, 'https://ISSUER.example', 'https://other.example', ''])(
    'has nothing for another issuer: "%s"',
    async (issuer) => {
      expect(await (await makeFinder(jwks)).find(issuer, 'ec')).toEqual({
        kind: 'unavailable',
        trouble: 'local',
        problem: 'no keys are configured for this issuer',
      });
    },
  );

  test.each<[string, string | undefined]>([
    ['cannot be read', undefined],
    ['is broken', '{"keys":'],
    ['shows a private key', toSet(ec, useRsaPair(2048).privateJwk)],
  ])('says that there are no keys where the source %s', async (_, text) => {
    const lookup = await (await makeFinder(text)).find(CONTRACT_ISSUER, 'ec');
    expect(lookup).toMatchObject({ kind: 'unavailable', problem: expect.stringMatching(/./) });
  });
}
