import { Agent } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { LIMITS, type Limits } from '../../src/http/server.ts';
import { call, openRaw } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';
import { renderReview } from '../support/webhook/reviews.ts';
import { openWebhook } from '../support/webhook/webhook-door.ts';

/** No test takes as long: where one limit is short, no other ends the connection on a machine that is busy. ms */
const LONG: Limits = { handshake: 60_000, headers: 60_000, request: 60_000, keepAlive: 60_000, check: 50 };
/** Short enough to wait for. ms */
const HANDSHAKE = 300;
const HEADERS = 400;
const REQUEST = 700;
/** Node wants a limit for all of a request that is no shorter than the one for its headers. */
const SHORT_REQUEST: Limits = { ...LONG, headers: REQUEST, request: REQUEST };
/** How much sooner a timer may go off than it was set for. ms */
const GRAIN = 20;

const HEAD = 'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n';

// Not after each: these tests wait side by side.
afterAll(cleanUp);

/** Writes one byte after the other, a little apart, until the connection ends. */
async function drip(
  socket: { write(text: string): unknown; destroyed: boolean },
  text: string,
): Promise<void> {
  for (const byte of text) {
    if (socket.destroyed) return;
    socket.write(byte);
    await sleep(25);
  }
}

/** How much later is the machine's to say: that it ends at all is what is waited for. */
function expectAfter(ms: number, limit: number): void {
  expect(ms).toBeGreaterThan(limit - GRAIN);
}

/** ms until a plain TCP connection that sends only `bytes` is closed. */
function awaitCutOff({ port }: Door, bytes: Buffer): Promise<number> {
  const since = performance.now();
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('close', () => resolve(performance.now() - since));
  });
}

describe.concurrent('who is slow is cut off', () => {
  test('who never begins a handshake', async () => {
    const door = await openDoor({ limits: { ...LONG, handshake: HANDSHAKE } });
    expectAfter(await awaitCutOff(door, Buffer.alloc(0)), HANDSHAKE);
  });

  test('who stops in the middle of one', async () => {
    const door = await openDoor({ limits: { ...LONG, handshake: HANDSHAKE } });
    // The head of a record that promises a ClientHello of 500 bytes.
    expectAfter(await awaitCutOff(door, Buffer.of(0x16, 3, 1, 1, 0xf4, 1, 0, 1, 0xf0)), HANDSHAKE);
  });

  test('who sends nothing after it', async () => {
    const { ended } = await openRaw(await openDoor({ limits: { ...LONG, headers: HEADERS } }));
    expectAfter(await ended, HEADERS);
  });

  test('who drips headers', async () => {
    const door = await openDoor({ limits: { ...LONG, headers: HEADERS } });
    const { socket, ended, received } = await openRaw(door);
    void drip(socket, `${HEAD}x: ${'x'.repeat(1_000)}`);
    expectAfter(await ended, HEADERS);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('who drips a body', async () => {
    const { socket, ended } = await openRaw(await openWebhook({ door: { limits: SHORT_REQUEST } }));
    socket.write(`${HEAD}\r\n`);
    void drip(socket, renderReview());
    expectAfter(await ended, REQUEST);
  });

  test('who stops in the middle of a body', async () => {
    const { socket, ended } = await openRaw(await openWebhook({ door: { limits: SHORT_REQUEST } }));
    socket.write(`${HEAD}\r\n{"request":`);
    expectAfter(await ended, REQUEST);
  });

  test('who sends garbage in place of HTTP', async () => {
    const { socket, ended, received } = await openRaw(await openDoor({ limits: LONG }));
    socket.write('\u0016\u0003\u0001 this is not HTTP\r\n\r\n');
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('and nobody else is kept waiting by two hundred of them', async () => {
    const door = await openWebhook({ door: { limits: LONG } });
    const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(door)));
    let over = 0;
    for (const { socket, ended } of slow) {
      socket.write(`${HEAD}\r\n{`);
      void ended.then(() => {
        over += 1;
      });
    }
    const { status } = await call(door, { body: renderReview() });
    // It was answered beside them, not after one of them.
    expect([status, over]).toEqual([200, 0]);
    for (const { socket } of slow) socket.destroy();
  });
});

describe.concurrent('a connection that is kept', () => {
  test('may rest for longer than a request may take, and serve again (node#58140)', async () => {
    const limits = { ...LONG, headers: 1_000, request: 1_500 };
    const door = await openWebhook({ door: { limits } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onCleanUp(() => agent.destroy());
    const first = await call(door, { body: renderReview(), agent });
    for (const rest of [limits.headers + 200, limits.request + 300]) {
      await sleep(rest);
      const again = await call(door, { body: renderReview(), agent });
      expect(again.status).toBe(200);
      expect(again.localPort).toBe(first.localPort);
    }
  });

  test('is closed when it has rested for as long as it may, and not before', async () => {
    const limits = { ...LONG, keepAlive: 1_500 };
    const { socket, received, ended } = await openRaw(await openDoor({ limits }));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    const ms = await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    // Node closes a second after what it promises, so that nobody meets a closed connection.
    expectAfter(ms, limits.keepAlive);
  });

  test('limits a request on it like the first', async () => {
    const { socket, ended, received } = await openRaw(await openWebhook({ door: { limits: SHORT_REQUEST } }));
    const body = renderReview();
    socket.write(`${HEAD.replace('1000', String(body.length))}\r\n${body}`);
    await until(() => received() !== '', 'the first is answered');
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    await sleep(REQUEST + 200);
    const since = performance.now();
    socket.write(`${HEAD}\r\n{"request":`);
    await ended;
    expectAfter(performance.now() - since, REQUEST);
  });
});

test('the limits that are shipped: idle connections outlive those of kube-apiserver, which end after 90 s', async () => {
  const { headers } = await call(await openDoor(), {
    path: '/healthz',
    method: 'GET',
    agent: new Agent({ keepAlive: true }),
  });
  expect(headers['keep-alive']).toBe('timeout=120');
  expect(LIMITS).toEqual({
    handshake: 5_000,
    headers: 10_000,
    request: 15_000,
    keepAlive: 120_000,
    check: 1_000,
  });
});

test('headers beyond 16 KiB are refused', async () => {
  const door = await openDoor();
  const { status } = await call(door, {
    method: 'GET',
    path: '/healthz',
    headers: { x: 'x'.repeat(17_000) },
  });
  expect(status).toBe(431);
});
