import { request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClientTrust } from '../../../src/http/client-trust.ts';
import { listenOn } from '../../../src/http/listen.ts';
import { createTlsServer } from '../../../src/http/server.ts';
import { parseAllowedTokens } from '../../../src/issuer/serve/verify/callers.ts';
import {
  BODY_LIMIT,
  createVerifyHandler,
  type VerifyHandlerDeps,
} from '../../../src/issuer/serve/verify/handler.ts';
import type { VerifyQuestion } from '../../../src/issuer/serve/verify/messages.ts';
import type { Verdict } from '../../../src/web-identity/token/verdict.ts';
import { verifyToken } from '../../../src/web-identity/token/verify.ts';
import { createAuthority } from '../../support/certificates.ts';
import { createReadBody } from '../../support/http/bodies.ts';
import { createFixedCertificate } from '../../support/http/door.ts';
import {
  type Asked,
  ask,
  type IssuerDoor,
  openIssuer,
  type Reply,
} from '../../support/issuer/issuer-door.ts';
import { until } from '../../support/until.ts';
import {
  createOptions,
  createToken,
  SUBJECT,
  ISSUER as TOKEN_ISSUER,
} from '../../support/web-identity/tokens.ts';

const CALLER = 'a-caller-of-these-tests-0123456789';

let token: string;
const doors: { close(): Promise<void> }[] = [];

beforeAll(() => {
  token = createToken();
});

afterEach(async () => {
  for (const door of doors.splice(0)) await door.close();
});

interface Bench extends IssuerDoor {
  readonly asked: VerifyQuestion[];
  readonly verdicts: string[];
  readonly faults: string[];
}

function toDeps(bench: Omit<Bench, keyof IssuerDoor> & { counted: string[] }): VerifyHandlerDeps {
  return {
    readBody: createReadBody(),
    callers: { tokens: () => parseAllowedTokens(`# for tests\n${CALLER}\n`) },
    audiences: ['sts.amazonaws.com'],
    admit: () => true,
    count: (status) => void bench.counted.push(`verify ${status}`),
    countVerdict: (code) => void bench.verdicts.push(code),
    fault: (problem) => void bench.faults.push(problem),
    async judge(question) {
      bench.asked.push(question);
      return await verifyToken(question.token, createOptions({ audiences: question.audiences }));
    },
  };
}

async function open(changes: Partial<VerifyHandlerDeps> = {}): Promise<Bench> {
  const notes = { asked: [], verdicts: [], faults: [], counted: [] as string[] };
  const door = await openIssuer({ verify: createVerifyHandler({ ...toDeps(notes), ...changes }) });
  doors.push(door);
  return { ...door, ...notes };
}

function verify(bench: { readonly port: number }, asked: Asked = {}): Promise<Reply> {
  const headers = { authorization: `Bearer ${CALLER}`, 'content-type': 'application/jwt', ...asked.headers };
  return ask(bench.port, { method: 'POST', path: '/verify', body: token, ...asked, headers });
}

const json = { 'content-type': 'application/json; charset=utf-8' };

describe('an allowed caller', () => {
  test.each<[form: string, asked: () => Asked]>([
    [
      'JSON',
      () => ({ headers: json, body: JSON.stringify({ token, audiences: ['x', 'sts.amazonaws.com'] }) }),
    ],
    ['JSON without audiences', () => ({ headers: json, body: JSON.stringify({ token }) })],
    ['the token alone', () => ({})],
    [
      'the token alone as text, from a file',
      () => ({ headers: { 'content-type': 'text/plain' }, body: `${token}\n` }),
    ],
  ])('sends %s and hears what is in the token', async (_form, toAsked) => {
    const bench = await open();
    const reply = await verify(bench, toAsked());
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.parse(reply.text)).toMatchObject({
      accepted: true,
      code: 'accepted',
      kid: 'ec-1',
      claims: { iss: TOKEN_ISSUER, sub: SUBJECT, serviceAccount: { namespace: 'demo', name: 's3-echoer' } },
      warnings: [],
    });
    expect(reply.text).not.toContain(token.split('.')[2]);
    expect([bench.counted, bench.verdicts]).toEqual([['verify 200'], ['accepted']]);
  });

  test('hears why a token is refused, with status 200', async () => {
    const bench = await open();
    const other = createToken({ claims: { aud: ['other.example'] } });
    const reply = await verify(bench, { body: other });
    expect(reply.status).toBe(200);
    const answer = JSON.parse(reply.text) as { code: string };
    expect(answer).toMatchObject({ accepted: false, rule: expect.any(String), detail: expect.any(String) });
    expect(bench.verdicts).toEqual([answer.code]);
    expect(reply.text).not.toContain(other.split('.')[2]);
  });

  test.each<[why: string, body: string]>([
    ['no JSON', '{"token":'],
    ['a list', '[]'],
    ['no token', '{}'],
    ['a token that is a number', '{"token":1}'],
    ['an empty token', '{"token":""}'],
    ['a token that is there twice', '{"token":"a","token":"b"}'],
    ['a member too many', '{"token":"a","issuer":"https://evil.example"}'],
    ['a member named like those of all objects', '{"token":"a","__proto__":{"audiences":["x"]}}'],
    ['no audience', '{"token":"a","audiences":[]}'],
    ['an empty audience', '{"token":"a","audiences":[""]}'],
    ['an audience that is a number', '{"token":"a","audiences":[1]}'],
    ['an audience that is too long', `{"token":"a","audiences":["${'x'.repeat(256)}"]}`],
    ['too many audiences', `{"token":"a","audiences":[${Array(21).fill('"x"')}]}`],
    ['nesting', `{"token":${'['.repeat(1000)}`],
  ])('hears 400 for %s', async (_why, body) => {
    const bench = await open();
    const reply = await verify(bench, { headers: json, body });
    expect(reply.status).toBe(400);
    expect(bench.asked).toEqual([]);
    expect(bench.counted).toEqual(['verify 400']);
    expect(reply.text).not.toContain('evil');
  });

  test.each<[status: number, asked: Asked]>([
    [405, { method: 'GET', body: '' }],
    [405, { method: 'PUT' }],
    [415, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [415, { headers: { 'content-type': '' } }],
    [413, { body: 'x'.repeat(BODY_LIMIT + 1) }],
    [413, { body: 'x'.repeat(BODY_LIMIT + 1), headers: { 'transfer-encoding': 'chunked' } }],
  ])('hears %i for %o', async (status, asked) => {
    const bench = await open();
    const reply = await verify(bench, asked);
    expect([reply.status, reply.headers['connection']]).toEqual([status, 'close']);
    expect(reply.headers['allow']).toBe(status === 405 ? 'POST' : undefined);
    expect([bench.asked, bench.counted]).toEqual([[], [`verify ${status}`]]);
  });

  test('hears 429 beyond the rate', async () => {
    const bench = await open({ admit: () => false });
    expect((await verify(bench)).status).toBe(429);
    expect(bench.asked).toEqual([]);
  });

  test('hears 429 beyond 64 open questions, and an answer again once there are fewer', async () => {
    const held = Promise.withResolvers<Verdict>();
    let judged = 0;
    const bench = await open({
      judge() {
        judged += 1;
        return held.promise;
      },
    });
    const open64 = Array.from({ length: 64 }, () => verify(bench));
    await until(() => judged === 64, 'all are being judged');
    expect((await verify(bench)).status).toBe(429);
    held.resolve(await verifyToken('', createOptions()));
    expect((await Promise.all(open64)).map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect((await verify(bench)).status).toBe(200);
  });

  test('hears 503 where no verdict can be found, and nothing of the fault is told', async () => {
    const bench = await open({ judge: () => Promise.reject(new TypeError(`broken by ${token}`)) });
    const reply = await verify(bench);
    expect([reply.status, bench.faults]).toEqual([503, ['TypeError']]);
    expect(reply.text).not.toContain(token.slice(0, 20));
  });

  test('may go away in the middle of its body', async () => {
    const bench = await open();
    const socket = connect({ host: '127.0.0.1', port: bench.port });
    socket.write(
      `POST /verify HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${CALLER}\r\nContent-Type: application/jwt\r\nContent-Length: 99\r\n\r\nabc`,
      () => socket.destroy(),
    );
    await until(() => socket.destroyed, 'it is gone');
    expect((await verify(bench)).status).toBe(200);
  });
});

describe('anybody else hears 401, and the body is not looked at', () => {
  test.each<[who: string, authorization: string]>([
    ['without a token', ''],
    ['with another token', 'Bearer another-caller-of-these-tests-0123'],
    ['with half of the token', `Bearer ${CALLER.slice(0, -1)}`],
    ['with more than the token', `Bearer ${CALLER}0`],
    ['with the token in another letter case', `Bearer ${CALLER.toUpperCase()}`],
    ['with the comment of the file', 'Bearer # for tests'],
    ['with a blank token', 'Bearer '],
    ['with a token that is very long', `Bearer ${'a'.repeat(4_000)}`],
    ['with a password', `Basic ${Buffer.from(`a:${CALLER}`).toString('base64')}`],
    ['with the token and no scheme', CALLER],
    ['with two tokens', `Bearer ${CALLER} ${CALLER}`],
  ])('%s', async (_who, authorization) => {
    const bench = await open();
    for (const method of ['POST', 'GET']) {
      const reply = await verify(bench, {
        method,
        headers: { authorization },
        ...(method === 'GET' && { body: '' }),
      });
      expect([reply.status, reply.headers['connection']]).toEqual([401, 'close']);
      expect(reply.headers['www-authenticate']).toBe('Bearer realm="verify"');
    }
    expect([bench.asked, bench.counted]).toEqual([[], ['verify 401', 'verify 401']]);
  });

  test('before a byte of the body has come', async () => {
    const bench = await open();
    const socket = connect({ host: '127.0.0.1', port: bench.port });
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    socket.write(
      'POST /verify HTTP/1.1\r\nHost: h\r\nContent-Type: application/jwt\r\nContent-Length: 9000\r\n\r\n',
    );
    await until(() => received.includes('401 Unauthorized'), 'the answer is there');
    socket.destroy();
  });
});

describe('client certificates', () => {
  const authority = createAuthority('callers');
  const stranger = createAuthority('strangers');

  async function openTls(names: readonly string[]): Promise<{ readonly port: number }> {
    const notes = { asked: [], verdicts: [], faults: [], counted: [] };
    const authorities = { current: () => authority.certificate, onChange: () => {} };
    const certificates = createClientTrust(authorities, new Set(names));
    const handler = createVerifyHandler({ ...toDeps(notes), callers: { certificates } });
    const server = createTlsServer({
      certificate: createFixedCertificate(),
      tls: { minVersion: 'TLSv1.2', ciphers: [] },
      clientTrust: certificates,
      direct: new Map([
        ['/verify', handler],
        ['/open', (_request, response) => void response.end('open')],
      ]),
    });
    const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
    doors.push({ close: () => server.drain.close(0) });
    return { port };
  }

  function present(port: number, path: string, pair?: { certificate: string; key: string }): Promise<number> {
    return new Promise((resolve, reject) => {
      const shown = pair && { cert: pair.certificate, key: pair.key };
      const sent = secureRequest(
        {
          ...{ host: '127.0.0.1', port, path, method: 'POST', agent: false, rejectUnauthorized: false },
          headers: { 'content-type': 'application/jwt' },
          ...shown,
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', reject);
      sent.end(token);
    });
  }

  test('of the authority are taken, of others not, and other paths ask for none', async () => {
    const { port } = await openTls([]);
    expect(await present(port, '/verify', authority.issue({ names: ['web'] }))).toBe(200);
    expect(await present(port, '/verify', stranger.issue({ names: ['web'] }))).toBe(401);
    const expired = { names: ['web'], notBefore: Date.now() - 7_200_000, notAfter: Date.now() - 3_600_000 };
    expect(await present(port, '/verify', authority.issue(expired))).toBe(401);
    expect(await present(port, '/verify')).toBe(401);
    expect(await present(port, '/open')).toBe(200);
    expect(await present(port, '/open', stranger.issue({ names: ['web'] }))).toBe(200);
  });

  test('must have one of the names, to the letter', async () => {
    const { port } = await openTls(['admission', 'gateway']);
    expect(await present(port, '/verify', authority.issue({ names: ['gateway'] }))).toBe(200);
    expect(await present(port, '/verify', authority.issue({ names: ['web'] }))).toBe(401);
    expect(await present(port, '/verify', authority.issue({ names: ['Gateway'] }))).toBe(401);
    // The common name counts, no other name.
    expect(await present(port, '/verify', authority.issue({ names: ['web', 'gateway'] }))).toBe(401);
  });
});
