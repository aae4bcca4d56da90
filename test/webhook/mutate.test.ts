import { Agent } from 'node:https';
import jsonpatch from 'fast-json-patch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountFinding } from '../../src/webhook/identity.ts';
import { measureCpuTime } from '../support/cpu-time.ts';
import { type Call, call, openRaw } from '../support/http/client.ts';
import { cleanUp, onCleanUp } from '../support/http/door.ts';
import { scrape } from '../support/http/scrape.ts';
import { settle } from '../support/settle.ts';
import { until } from '../support/until.ts';
import { createReader } from '../support/webhook/accounts.ts';
import { parseAnswer, ROLE, readPatch, renderPod, renderReview, UID } from '../support/webhook/reviews.ts';
import { openWebhook, type WebhookDoor } from '../support/webhook/webhook-door.ts';

const LIMIT = 7 * 1024 * 1024;

let shared: WebhookDoor;
let agent: Agent;

beforeAll(async () => {
  shared = await openWebhook();
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterAll(async () => {
  agent.destroy();
  await cleanUp();
});

/** A call on the one connection that most of these tests share. */
function ask(options: Call = {}) {
  return call(shared, { body: renderReview(), agent, ...options });
}

/** A review whose body has exactly this many bytes. */
function padReview(bytes: number): Buffer {
  const pod = renderPod('web', { pad: 'PAD' });
  const body = renderReview(pod);
  return Buffer.from(body.replace('"PAD"', `"${'x'.repeat(bytes - body.length + 3)}"`));
}

describe('a pod whose account has a role', () => {
  test.each(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'])('gets it by %s', async (apiVersion) => {
    const { status, headers, text } = await ask({ body: renderReview(renderPod(), { apiVersion }) });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
    const answer = parseAnswer(text);
    expect(answer).toMatchObject({
      apiVersion,
      kind: 'AdmissionReview',
      response: {
        uid: UID,
        allowed: true,
        patchType: 'JSONPatch',
        auditAnnotations: { reason: 'web-identity' },
      },
    });
    const operations = readPatch(text);
    for (const { op } of operations) expect(op).toBe('add');
    const pod = jsonpatch.applyPatch(
      JSON.parse(renderPod()),
      operations as jsonpatch.Operation[],
      true,
    ).newDocument;
    expect(pod.spec.containers[0].env).toContainEqual({ name: 'AWS_ROLE_ARN', value: ROLE });
    expect(pod.spec.volumes[0].name).toBe('aws-iam-token');
  });

  test.each([
    ['no role', renderPod('plain'), 'no-role'],
    ['an update', undefined, 'not-a-create'],
  ])('%s has neither patch nor patch type in the answer', async (_, pod, reason) => {
    const operation = pod === undefined ? 'UPDATE' : 'CREATE';
    const { text } = await ask({ body: renderReview(pod, { operation }) });
    const { response } = parseAnswer(text);
    expect(Object.keys(response)).toEqual(['uid', 'allowed', 'auditAnnotations']);
    expect(response.auditAnnotations.reason).toBe(reason);
  });

  test('the namespace is the one of the request', async () => {
    const { text } = await ask({ body: renderReview(renderPod(), { namespace: 'other' }) });
    expect(parseAnswer(text).response.auditAnnotations.reason).toBe('service-account-unknown');
  });

  test('a hundred at once, each with the answer to its own', async () => {
    const many = new Agent({ keepAlive: true, maxSockets: 10 });
    onCleanUp(() => many.destroy());
    const uids = Array.from({ length: 100 }, (_, index) => `uid-${index}`);
    const answers = await Promise.all(
      uids.map((uid) => ask({ agent: many, body: renderReview(renderPod(), { uid }) })),
    );
    expect(answers.map(({ text }) => parseAnswer(text).response.uid)).toEqual(uids);
  });
});

describe('the way in', () => {
  test.each([
    '/mutate',
    '/mutate?timeout=10s',
    '/mutate?',
    '/mutate?a=b&timeout=1s#x',
    '/mutate?%zz',
    '/mutate?/x',
  ])('%s is it', async (path) => {
    const { status, text } = await ask({ path });
    expect(status).toBe(200);
    expect(readPatch(text)).not.toEqual([]);
  });

  test.each([
    '/',
    '/mutate/',
    '/MUTATE',
    '/mutat',
    '/mutates',
    '//mutate',
    '/mutate%20',
    '/%6dutate',
    '/x/mutate',
    '/metrics',
    '/readyz',
    '/debug/alpha/cache',
    '/constructor',
    '/__proto__',
  ])('%s is not', async (path) => {
    expect((await ask({ path })).status).toBe(404);
    expect((await call(shared, { path, method: 'GET', agent })).status).toBe(404);
  });

  test('/healthz answers ok, with any query', async () => {
    for (const path of ['/healthz', '/healthz?verbose']) {
      const { status, text } = await call(shared, { path, method: 'GET', agent });
      expect([status, text]).toEqual([200, 'ok']);
    }
  });

  test('HTTP/1.1 is all that is spoken', async () => {
    const both = await openRaw(shared, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(both.socket.alpnProtocol).toBe('http/1.1');
    both.socket.destroy();
    await expect(openRaw(shared, { ALPNProtocols: ['h2'] })).rejects.toThrow();
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is no way to ask', async (method) => {
    const body = method === 'GET' || method === 'HEAD' ? undefined : renderReview();
    const { status, text } = await call(shared, { method, agent, ...(body !== undefined && { body }) });
    expect(status).toBe(405);
    if (method !== 'HEAD') expect(text).toBe('send an AdmissionReview by POST\n');
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; odd',
    'Application/JSON',
  ])('content type %s is taken', async (type) => {
    expect((await ask({ headers: { 'content-type': type } })).status).toBe(200);
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'application/yaml',
    'application/jsonp',
    'application/json-patch+json',
    'application/vnd.kubernetes.protobuf',
    'text/html; application/json',
    'xapplication/json',
  ])('content type %s is refused', async (type) => {
    const { status, text } = await ask({ headers: type === undefined ? {} : { 'content-type': type } });
    expect([status, text]).toEqual([415, 'Invalid Content-Type, expected `application/json`\n']);
  });

  test('a caller that waits for leave to send its body gets it', async () => {
    const { status } = await ask({ headers: { 'content-type': 'application/json', expect: '100-continue' } });
    expect(status).toBe(200);
  });

  test('a length that is told in two ways is refused: it is how requests are smuggled', async () => {
    const { socket, received, ended } = await openRaw(shared);
    socket.write(
      'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['/', '/healthz', '/mutate/'])('%s is answered before its body has come', async (path) => {
    const { socket, received } = await openRaw(shared);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n[`,
    );
    await until(() => received() !== '', 'there is an answer');
    expect(received()).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  });

  test('a refusal leaves the connection usable, its body read or not', async () => {
    const own = new Agent({ keepAlive: true, maxSockets: 1 });
    onCleanUp(() => own.destroy());
    const body = padReview(300_000);
    const refused = await ask({ agent: own, headers: { 'content-type': 'text/plain' }, body });
    const elsewhere = await ask({ agent: own, path: '/elsewhere', body: renderReview() });
    const taken = await ask({ agent: own });
    expect([refused.status, elsewhere.status, taken.status]).toEqual([415, 404, 200]);
    expect(taken.localPort).toBe(refused.localPort);
  });
});

describe('the size of a body', () => {
  test.each([
    ['with its length declared', true],
    ['chunked', false],
  ])('may be one byte below 7 MiB, and 7 MiB, %s', async (_, declared) => {
    for (const bytes of [LIMIT - 1, LIMIT]) {
      const body = padReview(bytes);
      expect(body.length).toBe(bytes);
      const headers = {
        'content-type': 'application/json',
        ...(declared ? { 'content-length': bytes } : { 'transfer-encoding': 'chunked' }),
      };
      const { status, text } = await call(shared, { body, headers });
      expect(status).toBe(200);
      expect(readPatch(text)).not.toEqual([]);
    }
  });

  test('declared beyond that is refused before a byte of it is sent', async () => {
    const { socket, received, ended } = await openRaw(shared);
    socket.write(
      `POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${LIMIT + 1}\r\n\r\n`,
    );
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(received()).toMatch(/\r\nconnection: close\r\n/i);
  });

  test('declared beyond that is refused while it is being sent', async () => {
    const { status } = await call(shared, { body: padReview(LIMIT + 1) });
    expect(status).toBe(413);
  });

  test('undeclared beyond that is refused as soon as it is', async () => {
    const { socket, received, ended } = await openRaw(shared);
    socket.write(
      'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `100000\r\n${'['.repeat(0x100000)}\r\n`;
    for (let count = 0; count < 7; count += 1) socket.write(chunk);
    socket.write('1\r\n[\r\n');
    // The body never ends: the answer does not wait for it.
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is counted by its status', async () => {
    const door = await openWebhook();
    await call(door, { body: padReview(LIMIT + 1) });
    expect(
      (await scrape(door.registry)).get('http_request_count{code="413",path="/mutate",verb="POST"}'),
    ).toBe(1);
  });
});

describe('what is no review passes the pod unchanged, with a warning', () => {
  test.each([
    ['nothing', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['a text', '"pod"'],
    ['no request', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}'],
    ['a request that is null', '{"request":null}'],
    ['a request that is a list', '{"request":[]}'],
    ['YAML', 'kind: AdmissionReview\nrequest:\n  uid: x\n'],
    ['half a review', renderReview().slice(0, 300)],
    ['two reviews', renderReview() + renderReview()],
    ['NUL bytes', '\u0000'.repeat(100)],
  ])('%s', async (_, body) => {
    const { status, text } = await ask({ body });
    expect(status).toBe(200);
    const { response } = parseAnswer(text);
    expect(response).toMatchObject({ allowed: true, auditAnnotations: { reason: 'review-malformed' } });
    expect(response.warnings).toHaveLength(1);
    expect(response).not.toHaveProperty('patch');
  });

  test('the uid is found where the rest is broken', async () => {
    for (const apiVersion of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']) {
      const { text } = await ask({ body: renderReview(renderPod(), { apiVersion }).slice(0, -3) });
      expect(parseAnswer(text)).toMatchObject({
        apiVersion,
        kind: 'AdmissionReview',
        response: { uid: UID },
      });
    }
  });

  test.each([
    ['null', 'null'],
    ['a text', '"pod"'],
    ['a list', '[]'],
    ['no spec', '{"metadata":{}}'],
    ['a spec that is a list', '{"metadata":{},"spec":[]}'],
    ['containers that are no list', '{"metadata":{},"spec":{"containers":{}}}'],
    ['a container that is null', '{"metadata":{},"spec":{"containers":[null]}}'],
  ])('an object that is no pod: %s', async (_, object) => {
    const { status, text } = await ask({ body: renderReview(object) });
    expect(status).toBe(200);
    expect(parseAnswer(text).response).toMatchObject({
      uid: UID,
      allowed: true,
      auditAnnotations: { reason: 'pod-malformed' },
    });
  });
});

describe('hostile JSON', () => {
  test.each([
    ['brackets', '['],
    ['braces', '{"a":'],
  ])('3 MB of %s are answered with the uid, which no parser would reach', async (_, unit) => {
    const body = renderReview(unit.repeat(3_000_000 / unit.length));
    const { status, text } = await ask({ body });
    expect(status).toBe(200);
    expect(parseAnswer(text)).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: UID, allowed: true, auditAnnotations: { reason: 'review-too-deep' } },
    });
    expect(readPatch(text)).toEqual([]);
  });

  test('a bomb that closes all its brackets is one, too', async () => {
    const { text } = await ask({ body: renderReview('['.repeat(1_000_000) + ']'.repeat(1_000_000)) });
    expect(parseAnswer(text).response.auditAnnotations.reason).toBe('review-too-deep');
  });

  /** White space that a parser passes over: bodies up to 64 KiB may nest as they like. */
  const padding = ' '.repeat(65_536);

  test('64 levels pass, 65 do not; brackets in texts are no levels', async () => {
    const nest = (levels: number) =>
      renderPod('web', { deep: 'HERE' }).replace(
        '"HERE"',
        `${'['.repeat(levels)}${padding}${']'.repeat(levels)}`,
      );
    // The review, the request and the pod are three levels themselves.
    const reasons = [];
    for (const levels of [61, 62]) {
      reasons.push(
        parseAnswer((await ask({ body: renderReview(nest(levels)) })).text).response.auditAnnotations.reason,
      );
    }
    expect(reasons).toEqual(['web-identity', 'review-too-deep']);
    const text = renderPod('web', { note: '[{"\\'.repeat(20_000) });
    expect(readPatch((await ask({ body: renderReview(text) })).text)).not.toEqual([]);
  });

  test('the worst that 64 KiB can nest is decided like any other pod: nothing here walks it by recursion', async () => {
    const nest = (levels: number) =>
      renderPod('web', { deep: 'HERE' }).replace('"HERE"', `${'['.repeat(levels)}${']'.repeat(levels)}`);
    const room = 65_536 - renderReview(nest(0)).length;
    const body = renderReview(nest(Math.floor(room / 2)));
    expect(body.length).toBeGreaterThan(65_000);
    expect(body.length).toBeLessThanOrEqual(65_536);
    const { text } = await ask({ body });
    expect(parseAnswer(text).response.auditAnnotations.reason).toBe('web-identity');
    expect(readPatch(text)).not.toEqual([]);
  });

  test('of members that stand twice the last one counts', async () => {
    const body = renderReview().replace(
      '"request":{',
      '"request":7,"request":{"uid":"first","namespace":"other",',
    );
    const { text } = await ask({ body });
    expect(parseAnswer(text).response.uid).toBe(UID);
    expect(readPatch(text)).not.toEqual([]);
  });

  test('members __proto__, constructor and toString change nothing', async () => {
    const poison =
      '"__proto__":{"polluted":1,"uid":"evil","spec":{}},"constructor":{"prototype":{"polluted":1}},"toString":1,';
    const body = renderReview().replaceAll('{"', `{${poison}"`);
    const { status, text } = await ask({ body });
    expect(status).toBe(200);
    expect(parseAnswer(text).response.uid).toBe(UID);
    expect(readPatch(text)).not.toEqual([]);
    expect({}).not.toHaveProperty('polluted');
    expect(text).not.toContain('evil');
  });

  test('a __proto__ in place of a member is not that member', async () => {
    const { text } = await ask({ body: '{"__proto__":{"request":{"uid":"evil"}}}' });
    expect(parseAnswer(text).response.auditAnnotations.reason).toBe('review-malformed');
  });

  test('bytes that are no UTF-8 are no obstacle', async () => {
    const pod = renderPod('web', { note: 'NOTE' });
    const [before = '', after = ''] = renderReview(pod).split('NOTE');
    const body = Buffer.concat([
      Buffer.from(before),
      Buffer.of(0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80),
      Buffer.from(after),
    ]);
    const { status, text } = await ask({ body });
    expect(status).toBe(200);
    expect(readPatch(text)).not.toEqual([]);
  });

  test('a byte order mark is passed over', async () => {
    const { text } = await ask({ body: `\ufeff${renderReview()}` });
    expect(readPatch(text)).not.toEqual([]);
  });

  test('250,000 keys that look like integers cost little', async () => {
    const time = async (toKey: (index: number) => string): Promise<number> => {
      const keys = Array.from({ length: 250_000 }, (_, index) => `"${toKey(index)}":0`).join(',');
      const body = renderReview(renderPod().replace('"metadata":{', `"metadata":{${keys},`));
      return await measureCpuTime(async () => expect((await ask({ body })).status).toBe(200));
    };
    const plain = await time((index) => `k${index}`);
    expect(await time((index) => String(index * 7919))).toBeLessThan(20 * (plain + 100));
  });

  test('a uid that is no text is answered with none', async () => {
    const { text } = await ask({ body: renderReview().replace(`"${UID}"`, '{"a":1}') });
    expect(parseAnswer(text).response.uid).toBe('');
  });
});

describe('an account that the watch has not brought', () => {
  async function askFor(finding: () => Promise<AccountFinding>): Promise<string> {
    const door = await openWebhook({ deps: { findAccount: finding } });
    const { text } = await call(door, { body: renderReview(renderPod('late')) });
    return text;
  }

  test('is looked for, and its pod gets the role', async () => {
    const account = createReader().read({ 'eks.amazonaws.com/role-arn': ROLE });
    expect(readPatch(await askFor(async () => ({ kind: 'known', account })))).not.toEqual([]);
  });

  test('is waited for no longer than the URL says', async () => {
    const timeouts: number[] = [];
    const door = await openWebhook({
      deps: {
        async findAccount(_namespace, _name, timeout) {
          timeouts.push(timeout);
          return { kind: 'unknown' };
        },
      },
    });
    const queries = [
      '?timeout=2s',
      '?a=b&timeout=500ms',
      '?timeout=1m',
      '',
      '?timeout=soon',
      '?timeout=-1s',
      '?timeout=',
    ];
    for (const query of queries) {
      await call(door, { path: `/mutate${query}`, body: renderReview(renderPod('late')) });
    }
    expect(timeouts).toEqual([2_000, 500, 30_000, 10_000, 10_000, 10_000, 10_000]);
  });

  test('that cannot be looked for passes its pod unchanged, with a warning', async () => {
    const text = await askFor(() => Promise.reject(new Error('CANARY')));
    expect(parseAnswer(text).response).toEqual({
      uid: UID,
      allowed: true,
      auditAnnotations: { reason: 'service-account-unread' },
      warnings: [expect.not.stringContaining('CANARY')],
    });
  });

  test('without a name is not looked for', async () => {
    let asked = 0;
    const door = await openWebhook({
      deps: {
        async findAccount() {
          asked += 1;
          return { kind: 'unknown' };
        },
      },
    });
    await call(door, { body: renderReview(renderPod('')) });
    expect(asked).toBe(0);
  });
});

describe('faults of ours', () => {
  test('never deny a pod, and tell no details', async () => {
    const door = await openWebhook({
      deps: {
        sources() {
          throw new TypeError('CANARY in the works');
        },
      },
    });
    const { status, text } = await call(door, { body: renderReview() });
    expect(status).toBe(200);
    expect(parseAnswer(text).response).toMatchObject({
      uid: UID,
      allowed: true,
      auditAnnotations: { reason: 'internal-error' },
    });
    expect(text + JSON.stringify(door.log.lines)).not.toContain('CANARY');
    expect(
      (await scrape(door.registry)).get(
        'iam_bridge_admissions_total{outcome="fault",reason="internal-error"}',
      ),
    ).toBe(1);
  });

  test('a caller that goes away in the middle of its body, or before the answer, harms nobody', async () => {
    const waiting = Promise.withResolvers<AccountFinding>();
    let asked = false;
    const door = await openWebhook({
      deps: {
        findAccount: () => {
          asked = true;
          return waiting.promise;
        },
      },
    });
    const head = 'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ';
    const half = await openRaw(door);
    half.socket.write(`${head}1000\r\n\r\n{"request":`);
    half.socket.destroy();
    const whole = await openRaw(door);
    const body = renderReview(renderPod('late'));
    whole.socket.write(`${head}${body.length}\r\n\r\n${body}`);
    await until(() => asked, 'the review has arrived');
    whole.socket.destroy();
    await whole.ended;
    const { status } = await call(door, { body: renderReview() });
    waiting.resolve({ kind: 'unknown' });
    await settle();
    expect(status).toBe(200);
    // Nobody was answered, and no pod was left out.
    expect([...(await scrape(door.registry)).keys()].join()).not.toMatch(/service-account-un/);
  });
});
