import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOn } from '../../src/http/listen.ts';
import { createOpsServer } from '../../src/http/ops.ts';
import type { DirectHandler } from '../../src/http/routing.ts';
import { createPlainServer } from '../../src/http/server.ts';
import { call, openRaw, type RawConnection } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

/** A legal caller has an address of its own. */
const LEGAL = '127.0.0.77';

interface CrowdedDoor extends Door {
  readonly evicted: string[];
}

async function openCrowded(limit = 20): Promise<CrowdedDoor> {
  const evicted: string[] = [];
  const door = await openDoor({
    connections: { limit, evicted: (address) => void evicted.push(address) },
    direct: new Map<string, DirectHandler>([
      ['/mutate', (_request, response) => void response.end('direct')],
      ['/never', () => {}],
    ]),
  });
  return { ...door, evicted };
}

/** A TCP connection that does not begin a handshake. */
async function openMute(door: Door): Promise<Socket> {
  const socket = connect({ port: door.port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  socket.on('error', () => {});
  onCleanUp(() => void socket.destroy());
  await new Promise((resolve) => socket.on('connect', resolve));
  return socket;
}

async function openIdle(door: Door): Promise<RawConnection> {
  const raw = await openRaw(door, { localAddress: '127.0.0.1' });
  onCleanUp(() => void raw.socket.destroy());
  return raw;
}

const KINDS: Readonly<Record<string, (door: Door) => Promise<unknown>>> = {
  'do not begin a handshake': openMute,
  'stop in the middle of one': async (door) => {
    const socket = await openMute(door);
    socket.write(Buffer.of(0x16, 3, 1, 1, 0xf4, 1, 0, 1, 0xf0));
  },
  'are idle after it': openIdle,
  'are idle after a request': async (door) => {
    const { socket, received } = await openIdle(door);
    socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => received().includes('direct'), 'it is answered');
  },
  'wait for an answer that does not come': async (door) => {
    const { socket } = await openIdle(door);
    socket.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
  },
  'are in the middle of a head': async (door) => {
    const { socket } = await openIdle(door);
    socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\nx: ');
  },
};

describe('connections of one address that fill the door and', () => {
  test.each(Object.entries(KINDS))('%s make room for a caller from another', async (_name, open) => {
    const door = await openCrowded();
    for (let index = 0; index < 20; index += 1) await open(door);
    await until(() => door.server.connections() === 20, 'all are there');
    const legal = new Agent({ keepAlive: true, maxSockets: 1, localAddress: LEGAL });
    onCleanUp(() => legal.destroy());
    const first = await call(door, { agent: legal });
    expect(first.text).toBe('direct');
    expect(door.evicted).toEqual(['127.0.0.1']);
    // More of them take from each other.
    for (let index = 0; index < 20; index += 1) await open(door);
    const again = await call(door, { agent: legal });
    expect([again.text, again.localPort]).toEqual(['direct', first.localPort]);
    expect(door.evicted).toHaveLength(21);
    expect(door.server.connections()).toBe(20);
  });
});

test('what was closed counts no more, however it was closed', async () => {
  const door = await openCrowded();
  for (let index = 0; index < 5; index += 1) {
    (await openMute(door)).destroy();
    (await openIdle(door)).socket.destroy();
    (await openIdle(door)).socket.end();
    await call(door);
  }
  await until(() => door.server.connections() === 0, 'none is left');
  expect(door.evicted).toEqual([]);
});

test('without TLS it is the same', async () => {
  const evicted: string[] = [];
  const server = createPlainServer({
    direct: new Map([['/', (_request, response) => void response.end('here')]]),
    connections: { limit: 3, evicted: (address) => void evicted.push(address) },
  });
  const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
  onCleanUp(() => server.drain.close(0));
  for (let index = 0; index < 4; index += 1) await openMute({ port, ca: '', server });
  await until(() => evicted.length === 1, 'one had to go');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
});

test('the port for probes has room for 64, and answers whatever they do', async () => {
  const server = createOpsServer({ registry: new Registry(), servers: [{ name: 'webhook', checks: [] }] });
  const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
  onCleanUp(() => server.drain.close(0));
  for (let index = 0; index < 70; index += 1) await openMute({ port, ca: '', server });
  await until(() => server.connections() === 64, 'the limit is kept');
  expect(await (await fetch(`http://127.0.0.1:${port}/livez`)).text()).toBe('ok');
});

test('requests behind one another are answered in order, up to sixteen', async () => {
  const door = await openCrowded();
  const { socket, received, ended } = await openIdle(door);
  socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(16));
  await until(() => received().split('direct').length === 17, 'all are answered');
  socket.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(17));
  await ended;
});

test('a large body that nobody reads ends the connection, a small one does not', async () => {
  const door = await openCrowded();
  const { socket, received, ended } = await openIdle(door);
  socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab');
  await until(() => received().includes('direct'), 'the first is answered');
  socket.write('cdePOST /mutate HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\nab');
  await ended;
  expect(received().match(/connection: (?:keep-alive|close)/gi)).toEqual([
    'Connection: keep-alive',
    'Connection: close',
  ]);
});
