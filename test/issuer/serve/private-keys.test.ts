import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PublicJwk } from '../../../src/issuer/documents.ts';
import { createFileSource, createPemSource } from '../../../src/issuer/keys/file-source.ts';
import { readPublicSet } from '../../../src/issuer/keys/public-jwk.ts';
import { createDocumentStore, createServedSource } from '../../../src/issuer/serve/served-documents.ts';
import { ask, ISSUER, type IssuerDoor, openIssuer, sendRaw } from '../../support/issuer/issuer-door.ts';
import {
  generateEc,
  generateRsa,
  type KeyForm,
  type TestKey,
  toPem,
} from '../../support/issuer/key-files.ts';
import { createEcPair, toSet, useRsaPair } from '../../support/issuer/key-jwks.ts';

/** All that may ever be in a key that is served. */
const PUBLIC_MEMBERS = new Set(['use', 'kty', 'kid', 'alg', 'n', 'e', 'crv', 'x', 'y']);
const rsa = generateRsa();
const ec = generateEc();

let folder: string;
const doors: IssuerDoor[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-private-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const door of doors.splice(0)) await door.close();
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** What only the owner of a key may know: each private number, as JWK and in other spellings. */
function listSecrets({ privateKey }: TestKey): string[] {
  const { d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' });
  const numbers = [d, p, q, dp, dq, qi].filter((each) => each !== undefined);
  const der = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  return [
    ...numbers,
    ...numbers.map((each) => Buffer.from(each, 'base64url').toString('hex')),
    der.slice(40, 100),
  ];
}

/** Every answer that the issuer gives, one after the other, as one text. */
async function readEverything(door: IssuerDoor): Promise<string> {
  doors.push(door);
  const paths = ['/keys', '/openid/v1/jwks', '/.well-known/openid-configuration', '/clusters/demo/keys'];
  const others = ['/', '/verify', '/sa.key', '/rsa.pem', '/../rsa.pem', '/%2e%2e/rsa.pem', '/metrics'];
  const replies = [];
  for (const path of [...paths, ...others]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE']) {
      const { text, headers } = await ask(door.port, { method, path });
      replies.push(text, JSON.stringify(headers));
    }
  }
  replies.push(await sendRaw(door.port, 'GET / HTTP/1.1\r\n\r\n'));
  return replies.join('\n');
}

async function deliver(source: Parameters<typeof createServedSource>[0]): Promise<IssuerDoor> {
  let keys: readonly PublicJwk[] = [];
  await createServedSource(source, (set) => {
    keys = set;
  }).readDocuments();
  return await openIssuer({ keys });
}

test.each<[form: KeyForm, key: TestKey]>([
  ['pkcs8', rsa],
  ['pkcs1', rsa],
  ['pkcs8', ec],
  ['sec1', ec],
])('a private key file (%s) is served by its public half, on no route by the other', async (form, key) => {
  const path = write('rsa.pem', toPem(key, form));
  const everything = await readEverything(await deliver(createPemSource([path])));
  expect(everything).toContain(key.publicKey.export({ format: 'jwk' })[key === rsa ? 'n' : 'x']);
  for (const secret of listSecrets(key)) expect(everything).not.toContain(secret);
  expect(everything).not.toMatch(/PRIVATE|"(?:d|p|q|dp|dq|qi|k|oth)"/);
});

describe('a JWKS file', () => {
  const pair = createEcPair();
  const full = useRsaPair(2048).privateJwk;
  const good = { ...pair.publicJwk, kid: 'good' };
  const { d } = pair.privateJwk;

  test.each<[what: string, text: string]>([
    ['with a private EC key', toSet({ ...pair.privateJwk, kid: 'a' })],
    ['with a private RSA key', toSet({ ...full, kid: 'a' })],
    ['with a private key beside a good one', toSet(good, { ...full, kid: 'a' })],
    ['with one factor alone', toSet(good, { ...useRsaPair(2048).publicJwk, kid: 'a', p: full.p })],
    ['with a symmetric key', toSet(good, { kty: 'oct', kid: 'a', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQ' })],
    ['with a private key below another member', toSet({ ...good, private: { ...pair.privateJwk } })],
    ['with a private key beside the list', JSON.stringify({ keys: [good], backup: [pair.privateJwk] })],
    ['that is a private key itself', JSON.stringify(pair.privateJwk)],
  ])('%s is refused, by a problem that shows nothing of it', async (_what, text) => {
    const path = write('keys.json', text);
    const refused = deliver(createFileSource(path));
    await expect(refused).rejects.toThrow(/private key material|symmetric|has no array/);
    const message = await refused.catch((error: Error) => error.message);
    for (const secret of [d, full.d, full.p, 'c2VjcmV0']) expect(message).not.toContain(secret);
  });

  test('with further members is served without them', async () => {
    const path = write('keys.json', toSet({ ...good, x5c: ['MIIB'], note: d, x5u: 'https://evil.example/' }));
    const door = await deliver(createFileSource(path));
    const everything = await readEverything(door);
    expect(everything).not.toMatch(/MIIB|evil|note/);
    expect(everything).not.toContain(d);
  });
});

test('a set that turns bad leaves the documents before as they are', async () => {
  const pair = createEcPair();
  const path = write('keys.json', toSet({ ...pair.publicJwk, kid: 'good' }));
  const store = createDocumentStore({ issuer: ISSUER, jwksUri: `${ISSUER}/keys` });
  const source = createServedSource(createFileSource(path), (keys) => void store.deliver(keys));
  await source.readDocuments();
  const before = store.documents();
  write('keys.json', toSet({ ...pair.privateJwk, kid: 'good' }));
  await expect(source.readDocuments()).rejects.toThrow(/private key material/);
  expect(store.documents()).toBe(before);
});

test('whatever a JWKS holds, only the known members of public keys come out', () => {
  const { publicJwk, privateJwk } = createEcPair();
  const member = fc.constantFrom(
    ...PUBLIC_MEMBERS,
    'd',
    'k',
    'p',
    'x5c',
    'key_ops',
    'oth',
    'priv',
    'D',
    '__proto__',
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      ...Object.values(publicJwk),
      privateJwk.d,
      'RSA',
      'oct',
      'ES256',
      'sig',
      privateJwk,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const harmless = fc
    .dictionary(fc.constantFrom('x5c', 'D', 'note', '__proto__'), fc.string())
    .map((extra) => ({ ...extra, ...publicJwk, kid: 'k' }));
  const jwk = fc.oneof(
    fc.dictionary(member, value),
    fc.dictionary(member, value).map((extra) => ({ ...extra, ...publicJwk, kid: 'k' })),
    fc.dictionary(member, value).map((extra) => ({ ...publicJwk, kid: 'k', ...extra })),
    harmless,
  );
  let served = 0;
  fc.assert(
    fc.property(fc.oneof(fc.array(jwk, { maxLength: 3 }), fc.tuple(harmless)), (keys: object[]) => {
      // A key id is any text, and public: whoever names a key by its secret has told it already.
      fc.pre(keys.every((key) => !('kid' in key) || key.kid !== privateJwk.d));
      const reading = readPublicSet(JSON.stringify({ keys }));
      if (reading.kind === 'refused') return;
      const store = createDocumentStore({ issuer: ISSUER, jwksUri: `${ISSUER}/keys` });
      store.deliver(reading.keys);
      const text = store.documents()?.jwks.body.toString() ?? '';
      served += 1;
      expect(text).not.toContain(privateJwk.d);
      const published = JSON.parse(text) as { keys: object[] };
      for (const name of published.keys.flatMap(Object.keys)) expect(PUBLIC_MEMBERS).toContain(name);
    }),
    { numRuns: 200 },
  );
  // A test of nothing but refusals would prove little.
  expect(served).toBeGreaterThan(10);
});
