import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../src/commands/verify/plan.ts';
import { readPublicationPlace } from '../../../src/issuer/publish/place.ts';
import { checkIssuer } from '../../../src/trust/generate/inputs.ts';
import { findTakers, type Readers, takesLocalConfig, takesWords } from '../../support/commands/takers.ts';

const ISSUER = 'https://oidc.example/a';

describe('an issuer', () => {
  const readers: Readers = {
    issuer: (text) => takesWords('issuer', `--issuer=${text}`),
    drift: (text) => takesWords('drift', `--issuer=${text}`),
    verify: (text) => !Array.isArray(readPlan('x', { issuer: [text] })),
    publish: (text) => readPublicationPlace(text, undefined).kind === 'place',
    trust: (text) => checkIssuer(text).length === 0,
    'local-aws': (text) => takesLocalConfig({ providers: [{ url: text, clientIds: ['a'] }] }),
  };

  test.each([
    ['https://oidc.example', 'issuer drift verify publish trust local-aws'],
    ['https://oidc.example/a', 'issuer drift verify publish trust local-aws'],
    ['https://oidc.example/a/', 'issuer drift verify publish trust local-aws'],
    ['https://oidc.example//a', 'issuer drift verify publish trust local-aws'],
    ['https://Oidc.Example/A', 'issuer drift verify publish trust local-aws'],
    ['https://oidc.example/a%20b', 'issuer drift verify publish trust local-aws'],
    ['https://oidc.example:8443/a', 'issuer drift verify publish local-aws'],
    ['https://127.0.0.1:8443/a', 'issuer drift verify publish trust local-aws'],
    ['http://127.0.0.1:8080', 'verify publish local-aws'],
    ['http://oidc.example', ''],
    ["https://oidc.example/it's", 'issuer drift verify publish local-aws'],
    ['https://oidc.example/*', 'issuer drift verify publish local-aws'],
  ])('%j is one for: %s', async (text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });

  test.each([
    'https://oidc.example/a/../b',
    'https://oidc.example/a/.',
    'https://oidc.example/%2e%2e/b',
    'https://oidc.example/a b',
    ' https://oidc.example',
    'https://oidc.example/a\t',
    'https://oidc.example/a\n',
    'https://oidc.example/\u00fc',
    'https://oidc.example\u3002/a',
    'https://oidc.example/\\a',
    'https:\\\\oidc.example',
    'https:oidc.example',
    'HTTPS://oidc.example',
    'https://oidc.example/"a"',
    'https://oidc.example/[a]',
    'https://oidc.example/^',
    'https://a_b.example',
    'https://0x7f.1/a',
    'https://oidc%2eexample',
    'https://oidc.example:',
    'https://oidc.example:08443',
    'https://oidc.example:0',
    'https://user@oidc.example',
    'https://@oidc.example',
    'https://oidc.example?a',
    'https://oidc.example/?',
    'https://oidc.example/#',
    'https://',
    'kubernetes/serviceaccount',
    `https://oidc.example/${'a'.repeat(235)}`,
  ])('%j is none', async (text) => {
    expect(await findTakers(readers, text)).toBe('');
  });
});

describe('the URL of the keys', () => {
  const readers: Readers = {
    issuer: (text) => takesWords('issuer', `--issuer=${ISSUER}`, `--jwks-uri=${text}`),
    publish: (text) => readPublicationPlace(ISSUER, text).kind === 'place',
    'local-aws': (text) =>
      takesLocalConfig({ providers: [{ url: ISSUER, clientIds: ['a'], jwksUri: text }] }),
  };

  test.each([
    [`${ISSUER}/keys`, 'issuer publish local-aws'],
    [`${ISSUER}/keys?v=1`, 'issuer local-aws'],
    ['http://127.0.0.1:8080/keys', 'local-aws'],
  ])('%j is one for: %s', async (text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });

  test.each([
    `${ISSUER}/../keys`,
    `${ISSUER}/a b`,
    `${ISSUER}/keys\n`,
    `${ISSUER}/keys#a`,
    'https://user@oidc.example/a/keys',
    'https://oidc.example:0443/a/keys',
  ])('%j is none', async (text) => {
    expect(await findTakers(readers, text)).toBe('');
  });
});
