import { type Agent, Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { DirectHandler } from '../../src/http/routing.ts';
import { createAuthority } from '../support/certificates.ts';
import { createCaller, createChangingTrust } from '../support/http/authorities.ts';
import { call, openRaw } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

const first = createAuthority('first');
const second = createAuthority('second');

interface Rig {
  readonly door: Door;
  readonly change: (pem: string) => void;
  /** Answers to `/later`, which the test gives. */
  readonly later: (() => void)[];
  readonly evicted: string[];
}

/** A server that says how its caller stands, and whose authority can be changed. */
async function openRig(names: readonly string[] = [], limit = 100): Promise<Rig> {
  const { trust, change } = createChangingTrust(first.certificate, names);
  const later: (() => void)[] = [];
  const evicted: string[] = [];
  const say: DirectHandler = ({ socket }, response) => void response.end(trust.standing(socket));
  const wait: DirectHandler = (request, response) => void later.push(() => say(request, response));
  const door = await openDoor({
    clientTrust: trust,
    connections: { limit, evicted: (address) => void evicted.push(address) },
    direct: new Map([
      ['/who', say],
      ['/later', wait],
    ]),
  });
  return { door, change, later, evicted };
}

const ask = async (door: Door, agent: Agent, path = '/who'): Promise<string> =>
  (await call(door, { path, agent })).text;

test('a caller is known by a certificate of the authority, and not turned away without', async () => {
  const { door } = await openRig();
  expect(await ask(door, createCaller(first))).toBe('accepted');
  expect(await ask(door, createCaller(second))).toBe('stranger');
  expect(await ask(door, new HttpsAgent())).toBe('stranger');
});

test('where names are given, an authority alone is not enough', async () => {
  const { door } = await openRig(['kube-apiserver', 'front']);
  expect(await ask(door, createCaller(first, 'kube-apiserver'))).toBe('accepted');
  expect(await ask(door, createCaller(first, 'front'))).toBe('accepted');
  for (const name of ['kubelet', 'Kube-apiserver', 'kube-apiserver.', 'kube-apiserver,front', '*']) {
    expect(await ask(door, createCaller(first, name))).toBe('unnamed');
  }
  expect(await ask(door, createCaller(second, 'kube-apiserver'))).toBe('stranger');
  const expired = first.issue({ names: ['front'], notBefore: 0, notAfter: Date.now() - 60_000 });
  expect(await ask(door, new HttpsAgent({ cert: expired.certificate, key: expired.key }))).toBe('stranger');
});

describe('whom an earlier authority vouched for is a stranger after the change', () => {
  test('on a connection that rests, which is closed', async () => {
    const { door, change } = await openRig();
    const agent = createCaller(first);
    expect(await ask(door, agent)).toBe('accepted');
    change(second.certificate);
    await until(() => Object.keys(agent.freeSockets).length === 0, 'the kept connection is closed');
    expect(await ask(door, agent)).toBe('stranger');
    expect(await ask(door, createCaller(second))).toBe('accepted');
  });

  test('on a connection that is busy, whose answer is its last', async () => {
    const { door, change, later } = await openRig();
    const agent = createCaller(first);
    const asked = call(door, { path: '/later', agent });
    await until(() => later.length === 1, 'the call is under way');
    change(second.certificate);
    later[0]?.();
    const { text, headers } = await asked;
    expect([text, headers.connection]).toEqual(['stranger', 'close']);
  });

  test('behind a call that is under way on the same connection', async () => {
    const { door, change, later } = await openRig();
    const { certificate: cert, key } = first.issue({ names: ['caller'] });
    const { socket, received, ended } = await openRaw(door, { cert, key });
    socket.write('GET /later HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => later.length === 1, 'the call is under way');
    change(second.certificate);
    socket.write('GET /who HTTP/1.1\r\nhost: x\r\n\r\n');
    later[0]?.();
    await ended;
    expect(received()).not.toContain('accepted');
  });

  test('by a handshake that began before it and ends after', async () => {
    const { door, change } = await openRig();
    const { certificate: cert, key } = first.issue({ names: ['caller'] });
    const tcp = connectTcp(door.port, '127.0.0.1');
    await until(() => door.server.connections() === 1, 'the server has begun');
    change(second.certificate);
    const socket = connectTls({ socket: tcp, ca: door.ca, host: '127.0.0.1', cert, key });
    onCleanUp(() => void socket.destroy());
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.write('GET /who HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => received.includes('stranger'), 'it is not believed');
    expect(received).toMatch(/connection: close/i);
  });
});

test('a connection with an accepted certificate keeps its place among any number of others', async () => {
  const { door, evicted } = await openRig(['kube-apiserver'], 8);
  const agent = createCaller(first, 'kube-apiserver');
  const { localPort } = await call(door, { path: '/who', agent });
  const unnamed = first.issue({ names: ['kubelet'] });
  for (let index = 0; index < 20; index += 1) {
    const raw = await openRaw(door, { cert: unnamed.certificate, key: unnamed.key });
    onCleanUp(() => void raw.socket.destroy());
  }
  const again = await call(door, { path: '/who', agent });
  expect([again.text, again.localPort]).toEqual(['accepted', localPort]);
  expect(evicted).toHaveLength(13);
});
