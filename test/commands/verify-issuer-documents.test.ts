import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createNetworkKeys } from '../../src/commands/verify/keys.ts';
import type { VerifyFlags } from '../../src/commands/verify/plan.ts';
import { runVerify } from '../../src/commands/verify/run.ts';
import { toProviderArn } from '../../src/trust/provider.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { ROLE } from '../support/web-identity/sts.ts';
import { type Changes, createToken, ec, NOW } from '../support/web-identity/tokens.ts';

/** What a server has at a path; whatever is not there is a 404. */
interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const KEY = { ...ec.publicKey.export({ format: 'jwk' }), kid: ec.kid, alg: ec.alg, use: 'sig' };
const PRIVATE_KEY = { ...ec.privateKey.export({ format: 'jwk' }), kid: ec.kid };
const DISCOVERY_PATH = '/.well-known/openid-configuration';
const NO_KEY =
  "InvalidIdentityToken (HTTP 400): Couldn't retrieve verification key from your identity provider,  ";
const NOT_KNOWN = 'What AWS STS says to such a token is not known: it may be able to read the keys.';

let server: Server;
let issuer: string;
let pages: ReadonlyMap<string, Page> = new Map();
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-verify-'));
  server = createServer((request, response) => {
    const { status = 200, headers, body = '' } = pages.get(request.url ?? '') ?? { status: 404 };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has no other kind of address.
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function toDiscovery(changes: Changes = {}): Page {
  const document = {
    issuer,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    ...changes,
  };
  return { body: JSON.stringify(document) };
}

interface Published {
  readonly discovery?: Page;
  readonly keys?: Page;
}

/** Exit code and all that was written, with the whole answer of STS asked for, or with other flags. */
async function verify(
  { discovery = toDiscovery(), keys = toKeys(KEY) }: Published,
  output?: 'json',
  other?: VerifyFlags,
) {
  pages = new Map([
    [DISCOVERY_PATH, discovery],
    ['/keys', keys],
  ]);
  const policy = join(folder, 'policy.json');
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: toProviderArn(issuer, '111122223333') },
    Action: 'sts:AssumeRoleWithWebIdentity',
  };
  writeFileSync(policy, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  const { surroundings, written } = createSurroundings({ now: () => NOW * 1000 });
  const jwt = createToken({ claims: { iss: issuer } });
  const flags = { issuer: [issuer], ...(other ?? { policy, roleArn: ROLE }), ...(output && { output }) };
  const code = await runVerify({ jwt, flags }, surroundings, createNetworkKeys);
  return { code, out: written.stdout, err: written.stderr };
}

function toKeys(...keys: readonly object[]): Page {
  return { body: JSON.stringify({ keys }) };
}

test('documents as AWS wants them are granted upon, and nothing is noted', async () => {
  const { code, out, err } = await verify({});
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('granted: ');
});

describe('what AWS takes no keys from is refused, and not granted beside a note', () => {
  test.each<[string, () => Published, string]>([
    ...['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported'].map(
      (name): [string, () => Published, string] => [
        `discovery without ${name}`,
        () => ({ discovery: toDiscovery({ [name]: undefined }) }),
        `${name} is missing`,
      ],
    ),
    ['an empty list', () => ({ discovery: toDiscovery({ subject_types_supported: [] }) }), 'subject_types_s'],
    [
      'another issuer',
      () => ({ discovery: toDiscovery({ issuer: `${issuer}/` }) }),
      'a slash at the end count',
    ],
    ['discovery that is closed', () => ({ discovery: { status: 403 } }), 'it has to be open to everybody'],
    ['keys that are closed', () => ({ keys: { status: 401 } }), 'it has to be open to everybody'],
    ['keys that are not there', () => ({ keys: { status: 404 } }), 'answered 404'],
    [
      'a page instead of discovery',
      () => ({ discovery: { body: '<!doctype html><title>Sign in</title>' } }),
      'HTML',
    ],
    ['a page instead of the keys', () => ({ keys: { body: '\n<html>' } }), 'HTML'],
    [
      'a redirect',
      () => ({ discovery: { status: 302, headers: { location: 'https://login.example/?session=1' } } }),
      'redirects are not followed',
    ],
    ['a private key', () => ({ keys: toKeys(PRIVATE_KEY) }), 'whoever has read it can sign tokens'],
    ['no key at all', () => ({ keys: toKeys() }), 'it has no keys'],
  ])('%s', async (_, toPublished, what) => {
    const { code, out } = await verify(toPublished());
    expect(code).toBe(1);
    expect(out).toContain('refused by key (keys-refused, configuration)');
    expect(out).toContain(what);
    expect(out).toContain(`AWS STS says to such a token: ${NO_KEY}`);
    expect(out).not.toContain('granted');
    expect(out).not.toContain('session=1');
  });
});

describe('what only a rule of ours refuses leaves open what AWS says', () => {
  test.each<[string, () => Published, string]>([
    [
      'a member of discovery twice',
      () => ({ discovery: { body: `{"issuer":"x",${toDiscovery().body?.slice(1)}` } }),
      'is there twice',
    ],
    [
      'a member of the keys twice',
      () => ({ keys: { body: `{"keys":[],${toKeys(KEY).body?.slice(1)}` } }),
      'is there twice',
    ],
    [
      'discovery without end',
      () => ({ discovery: toDiscovery({ more: 'a'.repeat(65_536) }) }),
      'is larger than',
    ],
    ['keys without end', () => ({ keys: { body: ' '.repeat(1_048_577) } }), 'is larger than'],
  ])('%s', async (_, toPublished, what) => {
    const { code, out } = await verify(toPublished());
    expect(code).toBe(3);
    expect(out).toContain('refused by key (keys-out-of-reach, configuration)');
    expect(out).toContain(what);
    expect(out).toContain(NOT_KNOWN);
  });
});

describe('what may pass by itself leaves open what AWS says', () => {
  test.each<[string, Published]>([
    ['an error of the server', { discovery: { status: 500 } }],
    ['a gateway without a server', { keys: { status: 503 } }],
    ['too many requests', { keys: { status: 429 } }],
  ])('%s', async (_, published) => {
    const { code, out } = await verify(published);
    expect(code).toBe(3);
    expect(out).toContain('refused by key (keys-unavailable, transient)');
    expect(out).toContain(NOT_KNOWN);
    expect(out).not.toMatch(/granted|denied|^AWS STS says/m);
    const json = JSON.parse((await verify(published, 'json')).out);
    expect(json).not.toHaveProperty('sts');
    expect(json).not.toHaveProperty('stsAnswer');
  });
});

test('a list that is null is a warning: one has seen IAM take it', async () => {
  const { code, out, err } = await verify({ discovery: toDiscovery({ subject_types_supported: null }) });
  expect(code).toBe(0);
  expect(err).toContain('subject_types_supported is null: IAM has been seen to take that');
  expect(out).toContain('granted: ');
});

/** Whatever else can be said of documents, alone and in pairs. */
const PECULIAR: readonly (() => Published)[] = [
  ...[
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
    'jwks_uri',
  ]
    .flatMap((name) => [undefined, null, [], [1], 'text', {}, ['PS256']].map((value) => ({ [name]: value })))
    .map((changes) => () => ({ discovery: toDiscovery(changes) })),
  ...['text/html', '', 'application/octet-stream', 'text/plain; charset=utf-8'].flatMap((type) => [
    () => ({ discovery: { ...toDiscovery(), headers: { 'content-type': type } } }),
    () => ({ keys: { ...toKeys(KEY), headers: { 'content-type': type } } }),
  ]),
  ...[
    { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-65', pub: 'AAAA' },
    { kty: 'RSA', kid: 'short', n: 'AQAB', e: 'AQAB' },
    { ...KEY, kid: 'enc', use: 'enc' },
    { ...KEY, kid: undefined },
    { ...KEY, kid: 'other', alg: 'RS256' },
  ].map((jwk) => () => ({ keys: toKeys(KEY, jwk) })),
];

test('no note says that STS would refuse beside a grant', async () => {
  const seen = { granted: 0, refused: 0 };
  for (const first of PECULIAR) {
    for (const second of [
      () => ({}),
      () => ({ discovery: toDiscovery({ subject_types_supported: null }) }),
    ]) {
      const { code, out, err } = await verify({ ...second(), ...first() });
      seen[code === 0 ? 'granted' : 'refused'] += 1;
      if (code !== 0) continue;
      expect(out).toContain('granted: ');
      expect(`${err}${out.replaceAll(/^granted: .*$/gm, '')}`).not.toMatch(
        /STS (?:would|will|says|answers|refuses)|AWS (?:would|refuses|demands)|InvalidIdentityToken/,
      );
    }
  }
  expect(seen.granted).toBeGreaterThan(20);
  expect(seen.refused).toBeGreaterThan(20);
});

describe('keys at another origin', () => {
  let other: Server;
  let origin: string;
  let asked: number;
  beforeAll(async () => {
    other = createServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(toKeys(KEY).body);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    // A TCP server has no other kind of address.
    origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(() => other.close());
  const elsewhere = () => ({ discovery: toDiscovery({ jwks_uri: `${origin}/keys` }) });
  const host = () => new URL(origin).host;

  test('of an issuer on this machine are read on this machine', async () => {
    expect(await verify(elsewhere())).toMatchObject({ code: 0 });
    expect(asked).toBe(1);
  });

  test.each(['https://keys.example/k', 'https://10.0.0.1/k', 'https://169.254.169.254/k'])(
    'of an issuer on this machine are not read at %s, and STS is not blamed',
    async (jwks_uri) => {
      const { code, out } = await verify({ discovery: toDiscovery({ jwks_uri }) });
      expect(code).toBe(3);
      expect(out).toContain('refused by key (keys-out-of-reach, configuration)');
      expect(out).toContain(NOT_KNOWN);
    },
  );

  test('want a word under strict, which the refusal names as it is typed', async () => {
    const { code, out } = await verify(elsewhere(), undefined, { profile: 'strict' });
    expect(code).toBe(3);
    expect(asked).toBe(0);
    expect(out).toContain(`allow it with --allow-jwks-host ${host()}`);
    expect(out).not.toMatch(/^AWS STS says/m);
    const flags = { profile: 'strict', allowJwksHost: [host(), 'keys.example'] };
    expect(await verify(elsewhere(), undefined, flags)).toMatchObject({ code: 0, err: '' });
    expect(asked).toBe(1);
  });

  test.each<[string, VerifyFlags, string]>([
    ['without strict', { allowJwksHost: ['keys.example'] }, 'is for --profile strict'],
    ['with a URL', { profile: 'strict', allowJwksHost: ['https://keys.example'] }, 'give a host such as'],
    ['with a path', { profile: 'strict', allowJwksHost: ['keys.example/k'] }, 'give a host such as'],
    [
      'with the usual port',
      { profile: 'strict', allowJwksHost: ['keys.example:443'] },
      'give a host such as',
    ],
    ['in capitals', { profile: 'strict', allowJwksHost: ['Keys.example'] }, 'give a host such as'],
    ['with a user', { profile: 'strict', allowJwksHost: ['me@keys.example'] }, 'give a host such as'],
    ['empty', { profile: 'strict', allowJwksHost: [''] }, 'give a host such as'],
  ])('--allow-jwks-host %s is a mistake that is told at once', async (_, flags, text) => {
    const { code, out, err } = await verify({}, undefined, flags);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });
});
