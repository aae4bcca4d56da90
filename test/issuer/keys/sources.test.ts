import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClusterSource, readClusterIssuer } from '../../../src/issuer/keys/cluster-source.ts';
import type { FetchDocument, FetchOptions } from '../../../src/issuer/keys/fetch-document.ts';
import type { FetchedDocument } from '../../../src/issuer/keys/fetched-document.ts';
import { createFileSource, createPemSource } from '../../../src/issuer/keys/file-source.ts';
import { createRemoteKeys, createStaticKeys, type RemoteKeys } from '../../../src/issuer/keys/key-finder.ts';
import { readKeySet } from '../../../src/issuer/keys/key-set.ts';
import { type KeySource, KeySourceError } from '../../../src/issuer/keys/key-source.ts';
import { createNetworkSource } from '../../../src/issuer/keys/network-source.ts';
import { createKubeApi, type KubeApi } from '../../../src/kube/api.ts';
import { createDirectAccess } from '../../../src/kube/direct.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createEcJwk, toSet } from '../../support/issuer/key-jwks.ts';
import { CONTRACT_ISSUER, testKeyFinder } from '../../support/issuer/key-source-contract.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/kube/scripted-server.ts';

const jwks = toSet(createEcJwk('one'));
const JWKS_URI = `${CONTRACT_ISSUER}/openid/v1/jwks`;
const discovery = {
  issuer: CONTRACT_ISSUER,
  jwks_uri: JWKS_URI,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function toFinder(source: KeySource): RemoteKeys {
  const deps = { clock: createFakeClock(), random: () => 0, report: () => {} };
  return createRemoteKeys({ issuers: new Map([[CONTRACT_ISSUER, source]]), ...deps });
}

/** The web as a table; whatever is not in it is a 404. What was asked for is kept. */
function createWeb(pages: Readonly<Record<string, Partial<FetchedDocument>>>) {
  const asked: { url: string; options: FetchOptions }[] = [];
  const fetch: FetchDocument = async (url, options = {}) => {
    asked.push({ url, options });
    const page = pages[url];
    if (page === undefined) return { status: 404, body: '', contentType: '' };
    return { status: 200, body: '', contentType: 'application/json', ...page };
  };
  return { fetch, asked };
}

const DISCOVERY_URL = `${CONTRACT_ISSUER}/.well-known/openid-configuration`;
const published = { [DISCOVERY_URL]: { body: JSON.stringify(discovery) }, [JWKS_URI]: { body: jwks } };

describe('the network', () => {
  describe('as a key finder', () => {
    testKeyFinder((text) => {
      const pages = text === undefined ? {} : { ...published, [JWKS_URI]: { body: text } };
      return toFinder(createNetworkSource({ issuer: CONTRACT_ISSUER, fetch: createWeb(pages).fetch }));
    });
  });

  test('is asked for discovery, then for the keys, each within its bounds', async () => {
    const { fetch, asked } = createWeb({ ...published, [JWKS_URI]: { body: jwks, maxAgeMs: 60_000 } });
    const { signal } = new AbortController();
    const documents = await createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments(signal);
    expect(documents).toMatchObject({ jwks, maxAgeMs: 60_000, notes: [], discovery: { jwksUri: JWKS_URI } });
    expect(asked).toEqual([
      { url: DISCOVERY_URL, options: { etag: undefined, maxBytes: 65_536, signal } },
      { url: JWKS_URI, options: { etag: undefined, maxBytes: 1_048_576, signal } },
    ]);
  });

  test('is not asked for discovery where the place of the keys is configured', async () => {
    const { fetch, asked } = createWeb({ 'https://keys.example/k': { body: jwks } });
    const jwksUri = 'https://keys.example/k';
    const documents = await createNetworkSource({ issuer: CONTRACT_ISSUER, jwksUri, fetch }).readDocuments();
    expect(documents).toEqual({ jwks, notes: [] });
    expect(asked.map(({ url }) => url)).toEqual([jwksUri]);
  });

  test('is followed to a host that is allowed, and to no other', async () => {
    const elsewhere = { body: JSON.stringify({ ...discovery, jwks_uri: 'https://keys.example/k' }) };
    const web = createWeb({ [DISCOVERY_URL]: elsewhere, 'https://keys.example/k': { body: jwks } });
    const options = { issuer: CONTRACT_ISSUER, fetch: web.fetch };
    await expect(createNetworkSource(options).readDocuments()).rejects.toMatchObject({
      failure: 'discovery',
      trouble: 'local',
      message: expect.stringContaining('allow it with --allow-jwks-host keys.example'),
    });
    expect(web.asked.map(({ url }) => url)).toEqual([DISCOVERY_URL]);
    const allowed = createNetworkSource({ ...options, allowedHosts: ['keys.example'] });
    expect(await allowed.readDocuments()).toMatchObject({ jwks });
  });

  describe('where the keys are at another origin', () => {
    const toWebs = (jwks_uri: string) => ({
      issuers: createWeb({ [DISCOVERY_URL]: { body: JSON.stringify({ ...discovery, jwks_uri }) } }),
      elsewhere: createWeb({ [jwks_uri]: { body: jwks } }),
    });

    test('follows as AWS does, by a fetch for strangers, and says so', async () => {
      const { issuers, elsewhere } = toWebs('https://keys.example/k');
      const access = { fetch: issuers.fetch, fetchElsewhere: elsewhere.fetch };
      const { notes, ...documents } = await createNetworkSource({
        issuer: CONTRACT_ISSUER,
        ...access,
      }).readDocuments();
      expect(documents).toMatchObject({ jwks });
      expect(notes).toEqual([
        "the keys are at https://keys.example, another origin than the issuer's: followed there, as AWS does",
      ]);
      expect(issuers.asked.map(({ url }) => url)).toEqual([DISCOVERY_URL]);
      expect(elsewhere.asked.map(({ url }) => url)).toEqual(['https://keys.example/k']);
    });

    test('does not ask strangers for keys at the issuer’s own', async () => {
      const web = createWeb(published);
      const elsewhere = createWeb({});
      const access = { fetch: web.fetch, fetchElsewhere: elsewhere.fetch };
      const documents = await createNetworkSource({ issuer: CONTRACT_ISSUER, ...access }).readDocuments();
      expect(documents).toMatchObject({ jwks, notes: [] });
      expect(elsewhere.asked).toEqual([]);
    });

    test('is in trouble that everybody has where it redirects', async () => {
      const { issuers } = toWebs('https://keys.example/k');
      const fetchElsewhere = () =>
        Promise.reject(new KeySourceError('redirect', 'answered with a redirect (302)'));
      const access = { fetch: issuers.fetch, fetchElsewhere };
      const read = createNetworkSource({ issuer: CONTRACT_ISSUER, ...access }).readDocuments();
      await expect(read).rejects.toMatchObject({ failure: 'redirect', trouble: 'published' });
    });
  });

  test('does not send again what has not changed', async () => {
    const pages: Record<string, Partial<FetchedDocument>> = {
      [DISCOVERY_URL]: { ...published[DISCOVERY_URL], etag: '"d"' },
      [JWKS_URI]: { body: jwks, etag: '"k"', maxAgeMs: 60_000 },
    };
    const { fetch, asked } = createWeb(pages);
    const source = createNetworkSource({ issuer: CONTRACT_ISSUER, fetch });
    await source.readDocuments();
    pages[DISCOVERY_URL] = { status: 304 };
    pages[JWKS_URI] = { status: 304, maxAgeMs: 90_000 };
    expect(await source.readDocuments()).toMatchObject({ jwks, maxAgeMs: 90_000, notes: [] });
    expect(asked.slice(2).map(({ options }) => options.etag)).toEqual(['"d"', '"k"']);
  });

  test('does not take "not changed" for an answer where nothing is known', async () => {
    const { fetch } = createWeb({ [DISCOVERY_URL]: { status: 304 } });
    const read = createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments();
    await expect(read).rejects.toMatchObject({ failure: 'status', message: expect.stringContaining('304') });
  });

  test.each<[number, RegExp]>([
    [403, /answered 403: it has to be open to everybody, since AWS reads it without a credential/],
    [404, /answered 404: nothing is published there/],
    [503, /openid-configuration answered 503$/],
  ])('is told where it answers %i', async (status, message) => {
    const { fetch } = createWeb({ [DISCOVERY_URL]: { status } });
    const read = createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments();
    await expect(read).rejects.toMatchObject({ failure: 'status', message: expect.stringMatching(message) });
  });

  test.each(['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported'])(
    'is refused without %s, since AWS takes no keys from it, and is not asked for them',
    async (name) => {
      const { fetch, asked } = createWeb({
        ...published,
        [DISCOVERY_URL]: { body: JSON.stringify({ ...discovery, [name]: undefined }) },
      });
      const read = createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments();
      await expect(read).rejects.toMatchObject({
        failure: 'discovery',
        trouble: 'published',
        message: expect.stringContaining(`${name} is missing or no list of strings`),
      });
      expect(asked.map(({ url }) => url)).toEqual([DISCOVERY_URL]);
    },
  );

  test.each<[number, string]>([
    [400, 'published'],
    [401, 'published'],
    [403, 'published'],
    [404, 'published'],
    [410, 'published'],
    [408, 'passing'],
    [425, 'passing'],
    [429, 'passing'],
    [500, 'passing'],
    [503, 'passing'],
  ])('that answers %i is in trouble that is %s', async (status, trouble) => {
    const { fetch } = createWeb({ ...published, [JWKS_URI]: { status } });
    const read = createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments();
    await expect(read).rejects.toMatchObject({ failure: 'status', trouble });
  });

  test('notes what others may not take', async () => {
    const unsure = { ...discovery, subject_types_supported: null };
    const { fetch } = createWeb({
      [DISCOVERY_URL]: { body: JSON.stringify(unsure), contentType: 'text/html' },
      [JWKS_URI]: { body: jwks, contentType: '' },
    });
    const { notes } = await createNetworkSource({ issuer: CONTRACT_ISSUER, fetch }).readDocuments();
    expect(notes).toEqual([
      expect.stringMatching(/^subject_types_supported is null/),
      'the discovery document is served as text/html: application/json is right',
      'the key set is served without a known media type: application/jwk-set+json is right',
    ]);
  });
});

describe('the cluster', () => {
  let server: ScriptedServer;
  let api: KubeApi;
  beforeAll(async () => {
    server = await startScriptedServer();
    api = createKubeApi(createDirectAccess(server.url));
  });
  afterAll(async () => {
    api.close();
    await server.close();
  });

  function play(status: number, body: string): void {
    server.play({ kind: 'whole', status, body });
  }

  describe('as a key finder', () => {
    testKeyFinder((text) => {
      const get = async (path: string) => {
        if (text === undefined) return { status: 500, body: '' };
        return { status: 200, body: path === '/openid/v1/jwks' ? text : JSON.stringify(discovery) };
      };
      return toFinder(createClusterSource({ get }, CONTRACT_ISSUER));
    });
  });

  test('is asked for the keys at its own path, wherever jwks_uri leads', async () => {
    play(200, JSON.stringify({ ...discovery, jwks_uri: 'https://10.0.0.1:6443/openid/v1/jwks' }));
    play(200, jwks);
    const seen = server.seen.length;
    const documents = await createClusterSource(api, CONTRACT_ISSUER).readDocuments();
    expect(documents).toMatchObject({ jwks, notes: [], discovery: { issuer: CONTRACT_ISSUER } });
    expect(server.seen.slice(seen)).toMatchObject([
      { path: '/.well-known/openid-configuration' },
      { path: '/openid/v1/jwks', headers: { accept: 'application/jwk-set+json, application/json' } },
    ]);
  });

  test.each<[number, RegExp]>([
    [401, /answered 401: no; our credential is not accepted/],
    [403, /answered 403: no; .*create clusterrolebinding.*system:service-account-issuer-discovery/],
    [404, /answered 404: no; it publishes only an issuer that is an https URL.*--service-account-issuer/],
    [500, /the API server answered 500: no$/],
  ])('is told where it answers %i', async (status, message) => {
    play(status, '{"message":"no"}');
    await expect(createClusterSource(api, CONTRACT_ISSUER).readDocuments()).rejects.toMatchObject({
      failure: 'status',
      // What the API server keeps from us says nothing of what is published.
      trouble: status === 500 ? 'passing' : 'local',
      message: expect.stringMatching(message),
    });
  });

  test('keeps its remedy however much the API server says', async () => {
    const message = `User "system:anonymous" ${'a'.repeat(1_000)}`;
    const get = async () => ({ status: 403, body: JSON.stringify({ message }) });
    const keys = toFinder(createClusterSource({ get }, CONTRACT_ISSUER));
    await keys.refresh(CONTRACT_ISSUER);
    expect(keys.status(CONTRACT_ISSUER)?.lastProblem).toMatch(/answered 403: User .*=NAMESPACE:NAME$/);
  });

  test('is told where it has another issuer', async () => {
    play(200, JSON.stringify(discovery));
    await expect(createClusterSource(api, 'https://other.example').readDocuments()).rejects.toMatchObject({
      failure: 'discovery',
      message: expect.stringContaining(
        'its issuer is "https://issuer.example" and not "https://other.example"',
      ),
    });
  });

  test('is told where it cannot be reached', async () => {
    // On a connection of its own: one that was kept may be broken, and is replaced.
    const fresh = createKubeApi(createDirectAccess(server.url));
    cleanups.push(fresh.close);
    server.play({ kind: 'cut' });
    await expect(createClusterSource(fresh, CONTRACT_ISSUER).readDocuments()).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining(server.url),
    });
  });

  test('is given up where it says nothing', async () => {
    server.play({ kind: 'silence' });
    await expect(createClusterSource(api, CONTRACT_ISSUER, 50).readDocuments()).rejects.toMatchObject({
      failure: 'timeout',
    });
  });

  test('says itself which issuer it is', async () => {
    play(200, JSON.stringify(discovery));
    expect(await readClusterIssuer(api)).toBe(CONTRACT_ISSUER);
  });

  test.each(['{}', '[]', '{"issuer":"kubernetes/serviceaccount"}', '{"issuer":"http://issuer.example"}'])(
    'has no issuer for us in %s',
    async (body) => {
      play(200, body);
      await expect(readClusterIssuer(api)).rejects.toBeInstanceOf(KeySourceError);
    },
  );
});

describe('a file', () => {
  async function createFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'iam-bridge-keys-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    return folder;
  }

  describe('as a key finder', () => {
    testKeyFinder(async (text) => {
      const path = join(await createFolder(), 'jwks.json');
      if (text !== undefined) await writeFile(path, text);
      return toFinder(createFileSource(path));
    });
  });

  test('is read again', async () => {
    const path = join(await createFolder(), 'key');
    const source = createFileSource(path);
    await writeFile(path, toSet(createEcJwk('one')));
    expect((await source.readDocuments()).jwks).toContain('"one"');
    await writeFile(path, toSet(createEcJwk('two')));
    expect((await source.readDocuments()).jwks).toContain('"two"');
  });

  test('that is not there, too large or of no use is named', async () => {
    const path = join(await createFolder(), 'key');
    await expect(createFileSource(path).readDocuments()).rejects.toThrow(`key file ${path}: ENOENT`);
    await writeFile(path, '');
    await expect(createPemSource([path]).readDocuments()).rejects.toMatchObject({
      failure: 'key-set',
      message: expect.stringContaining(`key file ${path}: it has no PEM block: give`),
    });
    await truncate(path, 1_048_577);
    await expect(createFileSource(path).readDocuments()).rejects.toMatchObject({ failure: 'too-large' });
  });

  test('of which the system says that it is empty, and which has no end, is too large', async () => {
    const source = createFileSource('/dev/zero');
    await expect(source.readDocuments()).rejects.toMatchObject({ failure: 'too-large' });
  });
});

describe('keys that were read once', () => {
  describe('as a key finder', () => {
    testKeyFinder((text) => {
      const reading = readKeySet(text ?? '');
      return createStaticKeys(new Map(reading.kind === 'keys' ? [[CONTRACT_ISSUER, reading]] : []));
    });
  });
});
