import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentFetch } from '../../../src/issuer/keys/fetch-document.ts';
import { type Authority, createAuthority, type KeyPair } from '../../support/certificates.ts';
import {
  type Answer,
  type ScriptedServer,
  type ScriptedServerOptions,
  type Step,
  startScriptedServer,
} from '../../support/kube/scripted-server.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startServer(
  script: readonly Step[],
  options?: ScriptedServerOptions,
): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, options);
  cleanups.push(server.close);
  return server;
}

function ok(body: string, headers: Record<string, string> = {}): Answer {
  return { kind: 'whole', status: 200, body, headers };
}

const fetch = createDocumentFetch();

/** A resolver that gives one answer after the other, and remembers for whom. */
function createResolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const left = [...answers];
  return {
    asked,
    resolve: async (hostname: string): Promise<LookupAddress[]> => {
      asked.push(hostname);
      return (left.shift() ?? []).map((address) => ({ address, family: 4 }));
    },
  };
}

describe('a document', () => {
  test('is read with what its answer says of it', async () => {
    const headers = {
      'content-type': 'Application/JWK-Set+JSON; charset=utf-8',
      'cache-control': 'public, max-age=3600',
      age: '600',
      etag: '"a"',
    };
    const server = await startServer([ok('{"ä":1}', headers)]);
    expect(await fetch(`${server.url}/keys?p=1`)).toEqual({
      status: 200,
      body: '{"ä":1}',
      contentType: 'application/jwk-set+json',
      maxAgeMs: 3_000_000,
      etag: '"a"',
    });
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      path: '/keys',
      query: { p: '1' },
      headers: {
        accept: 'application/jwk-set+json, application/json',
        'accept-encoding': 'identity',
        'user-agent': 'iam-bridge',
        host: `127.0.0.1:${server.port}`,
      },
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('if-none-match');
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  test('that is known is asked for by its ETag', async () => {
    const server = await startServer([{ kind: 'whole', status: 304, body: '', headers: { etag: '"a"' } }]);
    expect(await fetch(server.url, { etag: '"a"' })).toMatchObject({ status: 304, body: '' });
    expect(server.seen[0]?.headers['if-none-match']).toBe('"a"');
  });

  test('is asked for with headers that are made anew for each request', async () => {
    const server = await startServer([ok('1'), ok('2')]);
    const tokens = ['first', 'second'];
    const headers = async () => ({ authorization: `Bearer ${tokens.shift()}` });
    const withToken = createDocumentFetch({ headers });
    await withToken(server.url);
    await withToken(server.url);
    const seen = server.seen.map((request) => request.headers.authorization);
    expect(seen).toEqual(['Bearer first', 'Bearer second']);
  });

  test.each([401, 404, 500, 503])('that is answered by %i comes as it is', async (status) => {
    const server = await startServer([{ kind: 'whole', status, body: 'no' }]);
    expect(await fetch(server.url)).toMatchObject({ status, body: 'no' });
  });

  test.each<[string, string | undefined, string | undefined, number | undefined]>([
    ['nothing', undefined, undefined, undefined],
    ['no-store', 'no-store', undefined, 0],
    ['no-cache beside max-age', 'max-age=60, no-cache', undefined, 0],
    ['max-age', 'public, MAX-AGE="60"', undefined, 60_000],
    ['s-maxage alone', 's-maxage=60', undefined, undefined],
    ['an age beyond it', 'max-age=60', '61', 0],
    ['an age that is none', 'max-age=60', 'old', 60_000],
    ['nonsense', 'max-age=-1', undefined, undefined],
  ])('says of its freshness: %s', async (...[, control, age, maxAgeMs]) => {
    const headers = { ...(control && { 'cache-control': control }), ...(age && { age }) };
    const server = await startServer([ok('{}', headers)]);
    expect((await fetch(server.url)).maxAgeMs).toBe(maxAgeMs);
  });
});

describe('a redirect is not followed', () => {
  test.each([300, 301, 302, 303, 307, 308])('%i', async (status) => {
    const target = await startServer([ok('{}')]);
    const location = `${target.url}/latest/meta-data?secret=1`;
    const server = await startServer([{ kind: 'whole', status, body: '', headers: { location } }]);
    const refused = fetch(server.url);
    await expect(refused).rejects.toMatchObject({
      failure: 'redirect',
      message: expect.stringContaining(
        `${server.url}: answered with a redirect (${status}) to ${target.url}; redirects are not followed`,
      ),
    });
    await expect(refused).rejects.not.toThrow('secret');
    expect(server.seen).toHaveLength(1);
    expect(target.seen).toEqual([]);
  });

  test('to a metadata address, which is not even looked at', async () => {
    const resolver = createResolver(['127.0.0.1'], ['169.254.169.254']);
    const headers = { location: 'http://169.254.169.254/latest/meta-data' };
    const server = await startServer([{ kind: 'whole', status: 302, body: '', headers }]);
    const redirected = createDocumentFetch(resolver)(`http://localhost:${server.port}/`);
    await expect(redirected).rejects.toThrow('(302) to http://169.254.169.254; redirects are not followed');
    expect(resolver.asked).toEqual(['localhost']);
  });
});

describe('an address', () => {
  test('is asked for once, and what the resolver would say next does not count', async () => {
    const resolver = createResolver(['127.0.0.1'], ['169.254.169.254']);
    const server = await startServer([ok('{}')]);
    await createDocumentFetch(resolver)(`http://localhost:${server.port}/`);
    expect(resolver.asked).toEqual(['localhost']);
    expect(server.seen).toHaveLength(1);
  });

  test('that was checked is the one that is connected to, whatever else the name leads to', async () => {
    const resolver = createResolver(['127.0.0.2']);
    const server = await startServer([ok('{}')]);
    const misled = createDocumentFetch({ ...resolver, timeoutMs: 1_000 })(`http://localhost:${server.port}/`);
    await expect(misled).rejects.toMatchObject({ failure: expect.stringMatching(/^(unreachable|timeout)$/) });
    expect(server.seen).toEqual([]);
  });

  test('that is forbidden is refused before headers are made', async () => {
    const resolver = createResolver(['127.0.0.1', '169.254.169.254']);
    const server = await startServer([ok('{}')]);
    let made = 0;
    const headers = async () => {
      made += 1;
      return {};
    };
    const refused = createDocumentFetch({ ...resolver, headers })(`http://localhost:${server.port}/`);
    await expect(refused).rejects.toMatchObject({ failure: 'address' });
    expect(made).toBe(0);
    expect(server.seen).toEqual([]);
  });

  test.each([
    'https://169.254.169.254/',
    'https://2852039166/',
    'https://[fd00:ec2::254]/',
    'https://issuer.example\\@169.254.169.254/',
    'http://issuer.example/',
    'https://user:secret@issuer.example/',
  ])('is never connected to for %s', async (url) => {
    const resolver = createResolver();
    const refused = createDocumentFetch(resolver)(url);
    await expect(refused).rejects.toMatchObject({ failure: expect.stringMatching(/^(url|address)$/) });
    await expect(refused).rejects.not.toThrow('secret');
    expect(resolver.asked).toEqual([]);
  });
});

describe('a document is refused', () => {
  const big = Buffer.alloc(600_000, 0x20);

  test('by its length alone', async () => {
    const server = await startServer([ok('', { 'content-length': '1048577' })]);
    await expect(fetch(server.url)).rejects.toMatchObject({
      failure: 'too-large',
      message: `${server.url}: the document is larger than 1048576 bytes`,
    });
  });

  test('once it has grown too large, though it never ends', async () => {
    const server = await startServer([{ kind: 'watch', chunks: [big, big], finish: 'hold' }]);
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'too-large' });
    await until(() => server.openWatches() === 0, 'the server sees the end');
  });

  test('beyond what this request wants', async () => {
    const server = await startServer([ok('12345')]);
    await expect(fetch(server.url, { maxBytes: 4 })).rejects.toMatchObject({ failure: 'too-large' });
  });

  test('when it is compressed', async () => {
    const server = await startServer([ok('{}', { 'content-encoding': 'gzip' })]);
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'encoding' });
  });

  test('when it is not UTF-8', async () => {
    const server = await startServer([{ kind: 'watch', chunks: [Buffer.of(0xc3, 0x28)], finish: 'end' }]);
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'encoding' });
  });

  test('when it breaks off', async () => {
    const server = await startServer([{ kind: 'watch', chunks: ['{'], finish: 'cut' }, { kind: 'cut' }]);
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'unreachable' });
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('when nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
    await new Promise((resolve) => server.close(resolve));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('time is up', () => {
  const impatient = { timeoutMs: 50 };

  test.each<[string, Answer]>([
    ['that says nothing', { kind: 'silence' }],
    ['that never ends its body', { kind: 'watch', chunks: ['{'], finish: 'hold' }],
  ])('for a server %s', async (_, answer) => {
    const server = await startServer([answer]);
    await expect(createDocumentFetch(impatient)(server.url)).rejects.toMatchObject({
      failure: 'timeout',
      message: `${server.url}: no whole answer within 0.05 s`,
    });
  });

  test('for a resolver that hangs', async () => {
    const resolve = () => new Promise<never>(() => {});
    const hanging = createDocumentFetch({ ...impatient, resolve })('https://issuer.example/');
    await expect(hanging).rejects.toMatchObject({ failure: 'timeout' });
  });

  test('as soon as the caller says so', async () => {
    const server = await startServer([{ kind: 'silence' }]);
    const controller = new AbortController();
    const fetching = fetch(server.url, { signal: controller.signal });
    await until(() => server.seen.length === 1, 'the request is there');
    controller.abort();
    await expect(fetching).rejects.toMatchObject({ failure: 'unreachable' });
  });
});

describe('over TLS', () => {
  let authority: Authority;
  let serving: KeyPair;
  beforeAll(() => {
    authority = createAuthority();
    serving = authority.issue({ names: ['127.0.0.1', 'localhost'] });
  });

  test('a private authority is trusted where it is given, and is read again for each request', async () => {
    const server = await startServer([ok('{}'), ok('{}')], {
      tls: { cert: serving.certificate, key: serving.key },
    });
    const authorities = [authority.certificate, createAuthority('another').certificate];
    const fetchPrivate = createDocumentFetch({ ca: () => authorities.shift() });
    expect(await fetchPrivate(server.url)).toMatchObject({ status: 200 });
    await expect(fetchPrivate(server.url)).rejects.toMatchObject({ failure: 'tls' });
    expect(server.seen).toHaveLength(1);
  });

  test('the name is held against the certificate', async () => {
    const own = createAuthority('own');
    const tls = own.issue({ names: ['other.test'] });
    const server = await startServer([ok('{}')], { tls: { cert: tls.certificate, key: tls.key } });
    await expect(createDocumentFetch({ ca: () => own.certificate })(server.url)).rejects.toMatchObject({
      failure: 'tls',
    });
    expect(server.seen).toEqual([]);
  });

  test('nobody else is trusted', async () => {
    const server = await startServer([ok('{}')], { tls: { cert: serving.certificate, key: serving.key } });
    await expect(fetch(server.url)).rejects.toMatchObject({ failure: 'tls' });
    expect(server.seen).toEqual([]);
  });
});
