import { beforeEach, describe, expect, test } from 'vitest';
import { type PublicJwk, renderDiscovery, renderJwks } from '../../../src/issuer/documents.ts';
import { checkDocuments } from '../../../src/issuer/publish/document-checks.ts';
import type { MergeInput } from '../../../src/issuer/publish/merge-keys.ts';
import { readPublicationPlace } from '../../../src/issuer/publish/place.ts';
import {
  type PublicationInput,
  planPublication,
  writePublication,
} from '../../../src/issuer/publish/plan.ts';
import type { PublishTarget, WriteOptions } from '../../../src/issuer/publish/target.ts';
import { createJwk, toJwk } from '../../support/issuer/jwks.ts';
import { generateEc, generateRsa } from '../../support/issuer/key-files.ts';

const ISSUER = 'https://oidc.example/one';
const NOW = Date.UTC(2026, 5, 1);
const DISCOVERY = '.well-known/openid-configuration';
const JWKS = 'openid/v1/jwks';
const RECORD = 'iam-bridge-keys.json';

const pair = generateEc();
const key = toJwk(pair);
const other = toJwk(generateRsa());

let stored: Map<string, string>;
let writes: (readonly [string, WriteOptions])[];

beforeEach(() => {
  stored = new Map();
  writes = [];
});

const target: PublishTarget = {
  describe: (name) => `memory:${name}`,
  read: async (name) => stored.get(name),
  async write(name, text, options) {
    writes.push([name, options]);
    stored.set(name, text);
  },
};

function toInput(more: Partial<PublicationInput> & { readonly jwksUri?: string } = {}): PublicationInput {
  const place = readPublicationPlace(ISSUER, more.jwksUri);
  if (place.kind === 'malformed') throw new Error(place.problems.join('; '));
  return { place, source: [key], drop: [], now: NOW, tokenLifetime: 86_400_000, replace: false, ...more };
}

async function plan(more: Parameters<typeof toInput>[0] = {}) {
  const planned = await planPublication(target, toInput(more));
  if (planned.kind === 'refused') throw new Error(planned.problems.join('; '));
  return planned;
}

async function publish(more: Parameters<typeof toInput>[0] = {}) {
  const planned = await plan(more);
  await writePublication(target, planned.documents);
  return planned;
}

async function readProblems(more: Parameters<typeof toInput>[0] = {}): Promise<readonly string[]> {
  const planned = await planPublication(target, toInput(more));
  return planned.kind === 'refused' ? planned.problems : [];
}

describe('publishing', () => {
  test('writes the keys before the document that leads to them, with the media types of kube-apiserver', async () => {
    await publish();
    const cacheControl = 'public, max-age=3600';
    expect(writes).toEqual([
      [JWKS, { contentType: 'application/jwk-set+json', cacheControl }],
      [DISCOVERY, { contentType: 'application/json', cacheControl }],
      [RECORD, { contentType: 'application/json', cacheControl }],
    ]);
    expect(stored.get(JWKS)).toBe(renderJwks([key]));
    expect(JSON.parse(stored.get(DISCOVERY) ?? '')).toMatchObject({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/openid/v1/jwks`,
    });
    expect(JSON.parse(stored.get(RECORD) ?? '')).toEqual({
      keys: [{ kid: key.kid, firstPublished: '2026-06-01T00:00:00.000Z' }],
    });
  });

  test('a second time writes nothing, at whatever time', async () => {
    await publish();
    writes = [];
    const { documents, changes } = await publish({ now: NOW + 1e9 });
    expect([documents, writes]).toEqual([[], []]);
    expect(changes).toMatchObject([{ fate: 'unchanged' }]);
  });

  test('another key changes the JWKS, the algorithms and the record', async () => {
    await publish();
    const { documents } = await publish({ source: [key, other] });
    expect(documents.map(({ name }) => name)).toEqual([JWKS, DISCOVERY, RECORD]);
    expect(JSON.parse(stored.get(DISCOVERY) ?? '').id_token_signing_alg_values_supported).toEqual([
      'ES256',
      'RS256',
    ]);
  });

  test('a key that left is kept across runs, then goes', async () => {
    await publish({ source: [key] });
    await publish({ source: [other] });
    expect(JSON.parse(stored.get(JWKS) ?? '').keys).toHaveLength(2);
    await publish({ source: [other], now: NOW + 25 * 3_600_000 });
    expect(stored.get(JWKS)).toBe(renderJwks([other]));
  });

  test('a lost record is made again, and keeps what it forgot', async () => {
    await publish({ source: [key] });
    await publish({ source: [other] });
    stored.delete(RECORD);
    await publish({ source: [other], now: NOW + 48 * 3_600_000 });
    expect(JSON.parse(stored.get(JWKS) ?? '').keys).toHaveLength(2);
    stored.set(RECORD, '{');
    const { notes } = await publish({ source: [other], now: NOW + 96 * 3_600_000 });
    expect(notes).toEqual([expect.stringMatching(/is no record of keys/)]);
    expect(JSON.parse(stored.get(JWKS) ?? '').keys).toHaveLength(2);
  });
});

describe('what is published already', () => {
  const good = renderJwks([key]);

  test.each<readonly [string, string, string, RegExp]>([
    ["another issuer's discovery", DISCOVERY, '{"issuer":"https://oidc.example/two"}', /its issuer is .*two/],
    ['a discovery that is no JSON', DISCOVERY, '<html>', /openid-configuration: it is not JSON/],
    [
      'a discovery that leads elsewhere',
      DISCOVERY,
      JSON.stringify({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys.json` }),
      /jwks_uri is .*keys\.json.*: give it as --jwks-uri/,
    ],
    ['a JWKS that is no JSON', JWKS, '<html>', /jwks: it is not JSON/],
    ['a JWKS with a member twice', JWKS, good.replace('"use"', '"kid":"x","use"'), /is there twice/],
    [
      'a JWKS with a private key',
      JWKS,
      JSON.stringify({ keys: [pair.privateKey.export({ format: 'jwk' })] }),
      /private key material/,
    ],
    [
      'a JWKS with a key that is not fit',
      JWKS,
      good.replace(']}', ',{"kty":"OKP","kid":"o"}]}'),
      /is not fit/,
    ],
  ])('%s is refused, and overwritten with --replace', async (_, name, text, problem) => {
    stored.set(name, text);
    expect(await readProblems()).toEqual([expect.stringMatching(problem)]);
    expect(await readProblems()).toEqual([expect.stringMatching(/ or overwrite it with --replace$/)]);
    const { notes } = await publish({ replace: true });
    expect(notes).toEqual([expect.stringMatching(/it is overwritten$/)]);
    expect(stored.get(JWKS)).toBe(good);
  });

  test('in two documents that are both not ours is told at once', async () => {
    stored.set(DISCOVERY, '[]').set(JWKS, '[]');
    expect(await readProblems()).toHaveLength(2);
  });

  test('and cannot be read is an error', async () => {
    const failing = { ...target, read: () => Promise.reject(new Error('AccessDenied')) };
    await expect(planPublication(failing, toInput())).rejects.toThrow('AccessDenied');
  });
});

describe('the last look', () => {
  test.each([0, 1, 2])('at document %i: refuses a private key, however it came there', (index) => {
    const names = ['discovery', 'jwks', 'record'] as const;
    const secret = JSON.stringify({ keys: [{ ...key, ...pair.privateKey.export({ format: 'jwk' }) }] });
    const texts = { discovery: '{}', jwks: '{}', record: '{}', [names[index] ?? '']: secret };
    expect(
      checkDocuments(texts, ISSUER, {
        published: [],
        source: [],
        record: new Map(),
        drop: [],
        now: NOW,
        tokenLifetime: 0,
      }),
    ).toContainEqual(expect.stringMatching(/shows private key material .*: nothing was written/));
  });

  test('refuses a JWKS without keys', async () => {
    expect(await readProblems({ source: [] })).toEqual([
      expect.stringMatching(/^the JWKS is not fit: it has no keys/),
    ]);
  });

  const hour = 3_600_000;

  test.each<readonly [string, Partial<MergeInput>, boolean]>([
    ['a key of the source', { source: [key, other] }, true],
    ['a published key of unknown age', { published: [other] }, true],
    [
      'a young published key',
      { published: [other], record: new Map([[other.kid, { absentSince: NOW - 24 * hour }]]) },
      true,
    ],
    [
      'an old published key',
      { published: [other], record: new Map([[other.kid, { absentSince: NOW - 25 * hour }]]) },
      false,
    ],
    ['a key that is given up', { published: [other], drop: [other.kid] }, false],
  ])('of a JWKS without %s', (_, input, refused) => {
    const texts = {
      jwks: renderJwks([key]),
      discovery: renderDiscovery({ issuer: ISSUER, jwksUri: `${ISSUER}/openid/v1/jwks`, keys: [key] }),
      record: '{}',
    };
    const nothing = { published: [], source: [key], record: new Map(), drop: [] };
    const problems = checkDocuments(texts, ISSUER, {
      ...nothing,
      now: NOW,
      tokenLifetime: 24 * hour,
      ...input,
    });
    expect(problems).toEqual(refused ? [`the JWKS lacks key "${other.kid}", which must stay`] : []);
  });

  test('refuses more keys of a kind than AWS takes', async () => {
    const source: PublicJwk[] = Array.from({ length: 101 }, () => createJwk());
    expect(await readProblems({ source })).toEqual([
      expect.stringMatching(/has 101 EC keys, and AWS takes 100: .*--drop/),
    ]);
  });
});

describe('the place', () => {
  const place = { kind: 'place', discoveryName: DISCOVERY };

  test.each([
    [ISSUER, undefined, { ...place, issuer: ISSUER, jwksUri: `${ISSUER}/openid/v1/jwks`, jwksName: JWKS }],
    [
      ISSUER,
      `${ISSUER}/keys.json`,
      { ...place, issuer: ISSUER, jwksUri: `${ISSUER}/keys.json`, jwksName: 'keys.json' },
    ],
    [
      'https://h.test/',
      undefined,
      { ...place, issuer: 'https://h.test/', jwksUri: 'https://h.test/openid/v1/jwks', jwksName: JWKS },
    ],
  ])('of %s with %s', (issuer, jwksUri, expected) => {
    expect(readPublicationPlace(issuer, jwksUri)).toEqual(expected);
  });

  test.each<readonly [string, string | undefined, RegExp]>([
    ['oidc.example', undefined, /^--issuer: the issuer "oidc\.example" is not written as https/],
    ['http://oidc.example', undefined, /^--issuer: .*plain http/],
    ['https://oidc.example?a=b', undefined, /^--issuer: .*query/],
    [`https://oidc.example/${'x'.repeat(250)}`, undefined, /^--issuer has 271 characters: .*255/],
    [ISSUER, 'https://elsewhere.example/k', /^--jwks-uri is not below the issuer: .*oidc\.example\/one\//],
    [ISSUER, 'https://oidc.example/onetwo/k', /^--jwks-uri is not below the issuer/],
    [ISSUER, `${ISSUER}/`, /^--jwks-uri has a path that is no plain file name/],
    [ISSUER, `${ISSUER}/../k`, /^--jwks-uri has dot segments/],
    [ISSUER, `${ISSUER}/a//b`, /^--jwks-uri has a path that is no plain file name/],
    [ISSUER, `${ISSUER}/%2e%2e/k`, /^--jwks-uri /],
    [ISSUER, `${ISSUER}/k?v=1`, /^--jwks-uri has a path that is no plain file name/],
    [ISSUER, `${ISSUER}/${DISCOVERY}`, /^--jwks-uri leads to \.well-known.*another document/],
    [ISSUER, `${ISSUER}/${RECORD}`, /^--jwks-uri leads to iam-bridge-keys\.json/],
  ])('%s with %s is refused with the remedy', (issuer, jwksUri, problem) => {
    expect(readPublicationPlace(issuer, jwksUri)).toEqual({
      kind: 'malformed',
      problems: [expect.stringMatching(problem)],
    });
  });
});
