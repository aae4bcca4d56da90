import { Agent } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { LIMITS, type Limits } from '../../src/http/server.ts';
import { call, openRaw } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { renderReview } from '../support/webhook/reviews.ts';
import { openWebhook } from '../support/webhook/webhook-door.ts';

/** Short enough to wait for. ms */
const SHORT: Limits = { handshake: 300, headers: 400, request: 700, keepAlive: 3_000, check: 50 };
/** How much later than its limit a connection may be closed on a busy machine. ms */
const SLACK = 1_500;

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

function expectSoonAfter(ms: number, limit: number): void {
  // Node counts from the connection, a little before the handshake is done here.
  expect(ms).toBeGreaterThan(limit * 0.6);
  expect(ms).toBeLessThan(limit + SLACK);
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
    const door = await openDoor({ limits: SHORT });
    expectSoonAfter(await awaitCutOff(door, Buffer.alloc(0)), SHORT.handshake);
  });

  test('who stops in the middle of one', async () => {
    const door = await openDoor({ limits: SHORT });
    // The head of a record that promises a ClientHello of 500 bytes.
    expectSoonAfter(await awaitCutOff(door, Buffer.of(0x16, 3, 1, 1, 0xf4, 1, 0, 1, 0xf0)), SHORT.handshake);
  });

  test('who sends nothing after it', async () => {
    const { ended } = await openRaw(await openDoor({ limits: SHORT }));
    expectSoonAfter(await ended, SHORT.headers);
  });

  test('who drips headers', async () => {
    const { socket, ended, received } = await openRaw(await openDoor({ limits: SHORT }));
    void drip(socket, `${HEAD}x: ${'x'.repeat(1_000)}`);
    expectSoonAfter(await ended, SHORT.headers);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('who drips a body', async () => {
    const { socket, ended } = await openRaw(await openWebhook({ door: { limits: SHORT } }));
    socket.write(`${HEAD}\r\n`);
    void drip(socket, renderReview());
    expectSoonAfter(await ended, SHORT.request);
  });

  test('who stops in the middle of a body', async () => {
    const { socket, ended } = await openRaw(await openWebhook({ door: { limits: SHORT } }));
    socket.write(`${HEAD}\r\n{"request":`);
    expectSoonAfter(await ended, SHORT.request);
  });

  test('who sends garbage in place of HTTP', async () => {
    const { socket, ended, received } = await openRaw(await openDoor({ limits: SHORT }));
    socket.write('\u0016\u0003\u0001 this is not HTTP\r\n\r\n');
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('and nobody else is kept waiting by two hundred of them', async () => {
    // Two hundred handshakes at once take a while on a busy machine.
    const door = await openWebhook({ door: { limits: { ...SHORT, handshake: 5_000 } } });
    const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(door)));
    for (const { socket } of slow) socket.write(`${HEAD}\r\n{`);
    const since = performance.now();
    const { status } = await call(door, { body: renderReview() });
    expect(status).toBe(200);
    expect(performance.now() - since).toBeLessThan(500);
    await Promise.all(slow.map(({ ended }) => ended));
  });
});

describe.concurrent('a connection that is kept', () => {
  test('may rest for longer than a request may take, and serve again (node#58140)', async () => {
    const door = await openWebhook({ door: { limits: SHORT } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onCleanUp(() => agent.destroy());
    const first = await call(door, { body: renderReview(), agent });
    for (const rest of [SHORT.headers + 200, SHORT.request + 300, SHORT.request * 2]) {
      await sleep(rest);
      const again = await call(door, { body: renderReview(), agent });
      expect(again.status).toBe(200);
      expect(again.localPort).toBe(first.localPort);
    }
  });

  test('is closed when it has rested for as long as it may, and not before', async () => {
    const limits = { ...SHORT, keepAlive: 1_500 };
    const { socket, received, ended } = await openRaw(await openDoor({ limits }));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    const ms = await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    // Node closes a second after what it promises, so that nobody meets a closed connection.
    expectSoonAfter(ms, limits.keepAlive);
  });

  test('limits a request on it like the first', async () => {
    const { socket, ended, received } = await openRaw(await openWebhook({ door: { limits: SHORT } }));
    const body = renderReview();
    socket.write(`${HEAD.replace('1000', String(body.length))}\r\n${body}`);
    await sleep(SHORT.headers + 200);
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    const since = performance.now();
    socket.write(`${HEAD}\r\n{"request":`);
    await ended;
    expectSoonAfter(performance.now() - since, SHORT.request);
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
