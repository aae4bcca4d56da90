import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PublicJwk } from '../../../src/issuer/documents.ts';
import { toKubernetesKid, toPublicJwk } from '../../../src/issuer/keys/public-jwk.ts';
import { ask, ISSUER, type IssuerDoor, openIssuer, sendRaw } from '../../support/issuer/issuer-door.ts';
import { generateEc, type TestKey } from '../../support/issuer/key-files.ts';

let keys: readonly PublicJwk[];
let door: IssuerDoor;

function toJwk({ publicKey }: TestKey): PublicJwk {
  const reading = toPublicJwk(publicKey, toKubernetesKid(publicKey));
  if (reading.kind === 'unfit') throw new Error(reading.problem);
  return reading.jwk;
}

beforeAll(() => {
  keys = [toJwk(generateEc()), toJwk(generateEc('P-384'))];
});

beforeEach(async () => {
  door = await openIssuer({ keys });
});

afterEach(() => door.close());

const DISCOVERY = '/.well-known/openid-configuration';
const PREFIX = '/clusters/demo';

describe('the discovery document', () => {
  test.each([
    DISCOVERY,
    `${PREFIX}${DISCOVERY}`,
    `${DISCOVERY}?x=1`,
    `https://oidc.example${PREFIX}${DISCOVERY}`,
  ])('is at %s, as kube-apiserver has it', async (path) => {
    const { status, headers, text } = await ask(door.port, { path });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'ES384'],
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
      'content-length': String(Buffer.byteLength(text)),
    });
    expect(door.counted).toEqual(['discovery 200']);
  });
});

describe('the keys', () => {
  test.each(['/openid/v1/jwks', '/keys', `${PREFIX}/openid/v1/jwks`, `${PREFIX}/keys`])(
    'are at %s',
    async (path) => {
      const { status, headers, text } = await ask(door.port, { path });
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('application/jwk-set+json');
      const published = JSON.parse(text) as { keys: { kid: string; use: string }[] };
      expect(published.keys.map(({ kid }) => kid).sort()).toEqual(keys.map(({ kid }) => kid).sort());
      expect(published.keys.every(({ use }) => use === 'sig')).toBe(true);
      expect(door.counted).toEqual(['jwks 200']);
    },
  );

  test('follow a delivery, and keep their tag where nothing changed', async () => {
    const before = await ask(door.port, { path: '/keys' });
    expect(door.store.deliver([...keys].reverse())).toBe('unchanged');
    expect((await ask(door.port, { path: '/keys' })).headers['etag']).toBe(before.headers['etag']);
    expect(door.store.deliver(keys.slice(1))).toBe('changed');
    const after = await ask(door.port, {
      path: '/keys',
      headers: { 'if-none-match': String(before.headers['etag']) },
    });
    expect(after.status).toBe(200);
    expect(JSON.parse(after.text)).toMatchObject({ keys: [{ kid: keys[1]?.kid }] });
  });
});

test('an issuer without a path has each document once, and one with a slash at its end below it', async () => {
  const bare = await openIssuer({ keys, issuer: 'https://oidc.example' });
  const slash = await openIssuer({ keys, issuer: 'https://oidc.example/a/' });
  expect((await ask(bare.port, { path: DISCOVERY })).status).toBe(200);
  expect((await ask(slash.port, { path: `/a${DISCOVERY}` })).status).toBe(200);
  expect((await ask(slash.port, { path: `/a/${DISCOVERY}` })).status).toBe(404);
  await Promise.all([bare.close(), slash.close()]);
});

test('before the first delivery it answers 503, which no cache may keep', async () => {
  const empty = await openIssuer();
  const { status, headers, text } = await ask(empty.port, { path: '/keys' });
  expect([status, headers['cache-control'], text]).toEqual([
    503,
    'no-store',
    'the keys of the cluster are not known yet\n',
  ]);
  await empty.close();
});

test('max-age is what the operator says', async () => {
  const short = await openIssuer({ keys, maxAge: 60 });
  expect((await ask(short.port, { path: '/keys' })).headers['cache-control']).toBe('public, max-age=60');
  await short.close();
});

describe('a conditional request', () => {
  test.each([
    ['the tag', (etag: string) => etag, 304],
    ['the tag, marked weak by a proxy', (etag: string) => `W/${etag}`, 304],
    ['one of several', (etag: string) => `"a", ${etag} ,"b"`, 304],
    ['any', () => '*', 304],
    ['another tag', () => '"a"', 200],
    ['half of the tag', (etag: string) => etag.slice(0, -3), 200],
    ['nothing', () => '', 200],
  ])('with %s', async (_name, toHeader, expected) => {
    const etag = String((await ask(door.port, { path: '/keys' })).headers['etag']);
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const method of ['GET', 'HEAD']) {
      const reply = await ask(door.port, {
        method,
        path: '/keys',
        headers: { 'if-none-match': toHeader(etag) },
      });
      expect(reply.status).toBe(expected);
      expect(reply.headers['etag']).toBe(etag);
      expect(reply.headers['cache-control']).toBe('public, max-age=3600');
      if (expected === 304) expect([reply.text, reply.headers['content-type']]).toEqual(['', undefined]);
    }
  });
});

test('HEAD says what GET would send, and sends nothing', async () => {
  for (const path of [DISCOVERY, '/keys']) {
    const get = await ask(door.port, { path });
    const head = await ask(door.port, { method: 'HEAD', path });
    expect([head.status, head.text]).toEqual([200, '']);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  }
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'])(
  '%s is answered by 405, which says what is allowed, and its body is not waited for',
  async (method) => {
    const reply = await ask(door.port, {
      method,
      path: '/keys',
      headers: { 'content-length': '5' },
      body: 'hello',
    });
    expect([reply.status, reply.headers['allow'], reply.headers['connection']]).toEqual([
      405,
      'GET, HEAD',
      'close',
    ]);
    expect(door.counted).toEqual(['jwks 405']);
  },
);

describe('nothing else is there', () => {
  const hostile = [
    '/',
    '//',
    '/.well-known',
    '/.well-known/',
    '/.well-known/openid-configuration/',
    '//.well-known/openid-configuration',
    '/%2ewell-known/openid-configuration',
    '/.well-known%2fopenid-configuration',
    '/.well-known/./openid-configuration',
    '/x/../keys',
    '/keys/',
    '/keys%00',
    '/keys;x=1',
    '/keys#x',
    '/KEYS',
    '/%6b%65%79%73',
    '/clusters/demo',
    '/clusters/demo/',
    '/clusters/demo/../demo/keys',
    '/clusters/other/keys',
    '/clusters/%64emo/keys',
    '/verify',
    '/metrics',
    '/readyz',
    '/sa.key',
    '/../../../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/%',
    '/%zz',
    '/%c0%ae%c0%ae/keys',
    '/constructor',
    '/__proto__',
    'https://oidc.example/',
    'https://oidc.example',
    'https://oidc.example//keys',
    'http:///keys',
    'ftp://oidc.example/keys',
    '*',
    `/${'a'.repeat(12_000)}`,
    `/keys/${'../'.repeat(500)}`,
  ];

  test.each(hostile.map((path) => [path.slice(0, 60), path]))('%s', async (_name, path) => {
    const { status, text, headers } = await ask(door.port, { path });
    expect([status, text, headers['cache-control']]).toEqual([404, 'not found\n', 'no-store']);
    expect(door.counted).toEqual(['other 404']);
  });

  test.each([
    [
      'a header that is too long',
      `GET /keys HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    ['a path that is too long', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: h\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a path without a slash', 'GET keys HTTP/1.1\r\nHost: h\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no host', 'GET /keys HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'two lengths',
      'POST /keys HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length and chunks',
      'POST /keys HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['a method that is none', 'GRAB /keys HTTP/1.1\r\nHost: h\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['a bare line feed in a name', 'GET /ke\nys HTTP/1.1\r\nHost: h\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'bytes beyond ASCII',
      'GET /keys\xff HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 40[04] /,
    ],
  ])('and %s', async (_name, text, expected) => {
    const answer = await sendRaw(door.port, text);
    expect(answer).toMatch(expected);
    expect(answer).not.toContain('"kty"');
    // The server is none the worse for it.
    expect((await ask(door.port, { path: '/keys' })).status).toBe(200);
  });
});
