import { afterEach, describe, expect, test } from 'vitest';
import type { ApiAccess } from '../../src/kube/access.ts';
import { createKubeApi, type KubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import type { ApiTimeouts } from '../../src/kube/exchange.ts';
import { createAuthority } from '../support/certificates.ts';
import { refusal, watchOf } from '../support/kube/answers.ts';
import {
  type Answer,
  type ScriptedServer,
  type ScriptedServerOptions,
  type Step,
  startScriptedServer,
} from '../support/kube/scripted-server.ts';
import { until } from '../support/until.ts';

const ok: Answer = { kind: 'whole', status: 200, body: '{}' };
const cleanups: (() => unknown)[] = [];

async function startServer(
  script: readonly Step[],
  options?: ScriptedServerOptions,
): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, options);
  cleanups.push(server.close);
  return server;
}

function open(access: ApiAccess | string, timeouts?: ApiTimeouts): KubeApi {
  const api = createKubeApi(typeof access === 'string' ? createDirectAccess(access) : access, timeouts);
  cleanups.unshift(api.close);
  return api;
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe('a GET', () => {
  test.each<[date: string, ms: number | undefined]>([
    ['Thu, 26 Nov 2026 22:48:34 GMT', 1_795_733_314_000],
    ['Thursday, 26-Nov-26 22:48:34 GMT', undefined],
    ['2026-11-26', undefined],
    ['Thu, 99 Nov 2026 22:48:34 GMT', undefined],
  ])('tells when it was answered: %j', async (date, ms) => {
    const server = await startServer([{ kind: 'whole', status: 200, body: '{}', headers: { date } }]);
    expect((await open(server.url).get('/a')).date).toBe(ms);
  });

  test('says what it wants and who it is', async () => {
    const server = await startServer([ok]);
    const answer = await open(server.url).get('/api/v1/namespaces?limit=1', { accept: 'text/x' });
    expect(answer).toMatchObject({ status: 200, body: '{}', retryAfterMs: undefined });
    expect(server.seen[0]).toMatchObject({
      path: '/api/v1/namespaces',
      query: { limit: '1' },
      headers: { accept: 'text/x', 'user-agent': 'iam-bridge' },
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  test('keeps its connection for the next', async () => {
    const server = await startServer([ok, ok]);
    const api = open(server.url);
    await api.get('/a');
    await api.get('/b');
    expect(server.seen[0]?.connection).toBe(server.seen[1]?.connection);
  });

  test('goes below the base path of the server', async () => {
    const server = await startServer([ok]);
    await open(`${server.url}/clusters/one/`).get('/api');
    expect(server.seen[0]?.path).toBe('/clusters/one/api');
  });

  test('resolves with any status, and with what the server asks to wait', async () => {
    const server = await startServer([
      refusal(429, 'slow down', { 'retry-after': '7' }),
      refusal(404, 'not there'),
    ]);
    const api = open(server.url);
    expect(await api.get('/a')).toMatchObject({ status: 429, retryAfterMs: 7000 });
    expect(await api.get('/a')).toMatchObject({ status: 404, retryAfterMs: undefined });
  });

  test.each(['soon', '-1', '1.5', 'Wed, 21 Oct 2026 07:28:00 GMT', ''])(
    'passes over a Retry-After of %j',
    async (value) => {
      const server = await startServer([refusal(429, 'slow down', { 'retry-after': value })]);
      expect((await open(server.url).get('/a')).retryAfterMs).toBeUndefined();
    },
  );

  test('asks again on a fresh connection when the kept one was just closed', async () => {
    const server = await startServer([ok, { kind: 'cut' }, ok]);
    const api = open(server.url);
    await api.get('/a');
    expect(await api.get('/b')).toMatchObject({ status: 200 });
    expect(server.seen.map(({ path }) => path)).toEqual(['/a', '/b', '/b']);
    expect(server.seen[2]?.connection).not.toBe(server.seen[1]?.connection);
  });

  test('does not ask again when a fresh connection breaks', async () => {
    const server = await startServer([{ kind: 'cut' }, ok]);
    await expect(open(server.url).get('/a')).rejects.toThrow(`${server.url}: socket hang up`);
    expect(server.seen).toHaveLength(1);
  });

  test.each([301, 302, 307, 308])('refuses a redirect (%i) without following it', async (status) => {
    const target = await startServer([ok]);
    const server = await startServer([
      refusal(status, '', { location: `${target.url}/login?session=s3cr3t` }),
    ]);
    const failure = await open(server.url).get('/a').catch(String);
    expect(failure).toBe(
      `ExplainedError: ${server.url}: answered with a redirect (${status}) to ${target.url}; redirects are not followed`,
    );
    expect(target.seen).toEqual([]);
  });

  test('reads up to maxBytes and not one more', async () => {
    const body = 'x'.repeat(1000);
    const server = await startServer([
      { kind: 'whole', status: 200, body },
      { kind: 'whole', status: 200, body },
    ]);
    const api = open(server.url);
    expect((await api.get('/a', { maxBytes: 1000 })).body).toBe(body);
    await expect(api.get('/a', { maxBytes: 999 })).rejects.toThrow('the answer is larger than 999 bytes');
  });

  test('joins characters that are split between packets', async () => {
    const bytes = Buffer.from('{"a":"🐢"}');
    const server = await startServer([watchOf([bytes.subarray(0, 8), bytes.subarray(8)], 'end')]);
    expect((await open(server.url).get('/a')).body).toBe('{"a":"🐢"}');
  });

  test('says when nobody listens', async () => {
    const server = await startServer([]);
    await server.close();
    await expect(open(server.url).get('/a')).rejects.toThrow(`${server.url}: connect ECONNREFUSED 127.0.0.1`);
  });

  const PATIENT: ApiTimeouts = { connectMs: 60_000, answerMs: 60_000, bodyMs: 60_000 };

  test('gives up on an answer that does not begin', async () => {
    const server = await startServer([{ kind: 'silence' }]);
    const api = open(server.url, { ...PATIENT, answerMs: 30 });
    await expect(api.get('/a')).rejects.toThrow('no answer within 0.03 s');
  });

  test('gives up on an answer that does not end', async () => {
    const server = await startServer([watchOf(['{'], 'hold')]);
    const api = open(server.url, { ...PATIENT, bodyMs: 30 });
    await expect(api.get('/a')).rejects.toThrow('no end of the answer within 0.03 s');
  });

  test('can be called off at any time', async () => {
    const server = await startServer([{ kind: 'silence' }, watchOf(['{'], 'hold')]);
    const api = open(server.url);
    for (const asked of [0, 1, 2]) {
      const controller = new AbortController();
      const answer = api.get('/a', { signal: controller.signal });
      if (asked > 0) await until(() => server.seen.length === asked, 'the request arrives');
      controller.abort(new Error('enough'));
      await expect(answer).rejects.toThrow('enough');
    }
  });

  test('can be called off while the credential is still being fetched', async () => {
    const controller = new AbortController();
    const access = {
      ...createDirectAccess('http://127.0.0.1:9'),
      authorization: () => new Promise<string>(() => {}),
    };
    const answer = open(access).get('/a', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });

  test('tells the access of a refused credential, and of nothing else', async () => {
    const server = await startServer([refusal(403, 'no'), refusal(401, 'who?')]);
    let refused = 0;
    const access: ApiAccess = {
      ...createDirectAccess(server.url),
      refused() {
        refused += 1;
      },
    };
    const api = open(access);
    await api.get('/a');
    expect(refused).toBe(0);
    await api.get('/a');
    expect(refused).toBe(1);
  });
});

describe('a streamed GET', () => {
  test('resolves at the headers and gives the bytes as they come', async () => {
    const server = await startServer([watchOf(['a'], 'hold')]);
    const { status, body } = await open(server.url).stream('/w', { signal: new AbortController().signal });
    expect(status).toBe(200);
    const found: string[] = [];
    for await (const chunk of body) {
      found.push(chunk.toString());
      if (found.length === 1) server.send('b');
      else server.end();
    }
    expect(found.join('')).toBe('ab');
  });

  test('resolves with any status', async () => {
    const server = await startServer([refusal(410, 'gone')]);
    const { status, body } = await open(server.url).stream('/w', { signal: new AbortController().signal });
    body.destroy();
    expect(status).toBe(410);
  });

  test('ends with the signal', async () => {
    const server = await startServer([watchOf(['a'], 'hold')]);
    const controller = new AbortController();
    const { body } = await open(server.url).stream('/w', { signal: controller.signal });
    const read = (async () => {
      for await (const _ of body) controller.abort();
    })();
    await expect(read).rejects.toThrow();
    await until(() => server.openWatches() === 0, 'the server sees the end');
  });

  test('refuses a redirect', async () => {
    const server = await startServer([refusal(302, '', { location: '/elsewhere' })]);
    const answer = open(server.url).stream('/w', { signal: new AbortController().signal });
    await expect(answer).rejects.toThrow('answered with a redirect (302); redirects are not followed');
  });
});

describe('over TLS', () => {
  const authority = createAuthority('test authority');
  const serving = authority.issue({ names: ['127.0.0.1', 'kube.test'] });
  const tls = { cert: serving.certificate, key: serving.key };

  function createAccess(server: ScriptedServer, more: Partial<ApiAccess>): ApiAccess {
    return { server: server.url, authorization: async () => 'Bearer t', notes: [], ...more };
  }

  test('trusts the given CA and sends the credential', async () => {
    const server = await startServer([ok], { tls });
    await open(createAccess(server, { ca: authority.certificate })).get('/a');
    expect(server.seen[0]?.headers.authorization).toBe('Bearer t');
  });

  test('trusts nobody else', async () => {
    const server = await startServer([ok], { tls });
    const other = createAuthority('other authority');
    await expect(open(createAccess(server, { ca: other.certificate })).get('/a')).rejects.toThrow(
      /certificate/,
    );
    await expect(open(createAccess(server, {})).get('/a')).rejects.toThrow(/certificate/);
    expect(server.seen).toEqual([]);
  });

  test('holds the certificate against tls-server-name', async () => {
    const server = await startServer([ok], { tls });
    const { certificate: cert } = authority;
    await open(createAccess(server, { ca: cert, serverName: 'kube.test' })).get('/a');
    const wrong = open(createAccess(server, { ca: cert, serverName: 'other.test' })).get('/a');
    await expect(wrong).rejects.toThrow(/altnames/);
  });

  test('verifies nothing when told so', async () => {
    const server = await startServer([ok], { tls });
    await open(createAccess(server, { skipTlsVerify: true })).get('/a');
    expect(server.seen).toHaveLength(1);
  });

  test('shows its client certificate, and a renewed one from then on', async () => {
    const server = await startServer([ok, ok], {
      tls: { ...tls, ca: authority.certificate, requestCert: true },
    });
    const issue = (commonName: string) => {
      const { certificate, key } = authority.issue({ names: [commonName] });
      return { cert: certificate, key };
    };
    const certificates = [issue('first'), issue('second')];
    const access: ApiAccess = {
      ...createAccess(server, { ca: authority.certificate }),
      get clientCertificate() {
        return certificates.shift();
      },
    };
    const api = open(access);
    await api.get('/a');
    await api.get('/a');
    expect(server.seen.map(({ client }) => client)).toEqual(['first', 'second']);
  });
});

describe('what is sent', () => {
  test('goes as JSON by the method that was asked for, with the credential', async () => {
    const server = await startServer([{ kind: 'whole', status: 201, body: '{"kind":"TokenRequest"}' }]);
    const access = { ...createDirectAccess(server.url), authorization: async () => 'Bearer secret' };
    const answer = await open(access).send('POST', '/api/v1/token?dryRun=All', { spec: { audience: 'ä' } });
    expect(answer).toMatchObject({ status: 201, body: '{"kind":"TokenRequest"}' });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/api/v1/token', query: { dryRun: 'All' } });
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '26',
      authorization: 'Bearer secret',
    });
    expect(await seen?.body).toBe('{"spec":{"audience":"ä"}}');
  });

  test('may be a patch, which has a type of its own', async () => {
    const server = await startServer([ok]);
    const contentType = 'application/merge-patch+json';
    await open(server.url).send('PATCH', '/api/v1/pods/p/status', {}, { contentType });
    expect(server.seen[0]).toMatchObject({ method: 'PATCH', headers: { 'content-type': contentType } });
  });

  test('goes once, on a connection of its own', async () => {
    const server = await startServer([ok, { kind: 'cut' }, ok]);
    const api = open(server.url);
    await api.get('/a');
    await expect(api.send('POST', '/b', {})).rejects.toThrow(server.url);
    expect(server.seen).toHaveLength(2);
    expect(server.seen[0]?.connection).not.toBe(server.seen[1]?.connection);
  });
});
