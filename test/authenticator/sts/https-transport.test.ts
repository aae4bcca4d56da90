import type { RequestListener } from 'node:http';
import tls from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createHttpsTransport,
  type HttpsTransportOptions,
} from '../../../src/authenticator/sts/https-transport.ts';
import {
  authority,
  type StandIn,
  startProxy,
  startStandIn,
} from '../../support/authenticator/sts-stand-in.ts';
import { CLUSTER, HOST } from '../../support/authenticator/tokens.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(listener: RequestListener, names?: readonly string[]): Promise<StandIn> {
  const standIn = await startStandIn(listener, names);
  cleanups.push(standIn.stop);
  return standIn;
}

function createCaller({ port }: { readonly port: number }, options: Partial<HttpsTransportOptions> = {}) {
  const { call, close } = createHttpsTransport({
    clusterId: CLUSTER,
    authorities: [authority.certificate],
    findProxy: () => undefined,
    maxSockets: 32,
    locate: () => ({ address: '127.0.0.1', port }),
    ...options,
  });
  cleanups.push(close);
  return (patience = 3_000, host = HOST) => call({ host, path: '/?Action=x', patience });
}

describe('a call to STS', () => {
  test('has our own headers and nothing else', async () => {
    let seen: unknown;
    const standIn = await start(({ method, url, rawHeaders }, response) => {
      seen = [method, url, rawHeaders];
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const reply = await createCaller(standIn)();
    expect(reply).toEqual({
      kind: 'answer',
      status: 200,
      contentType: 'application/json',
      body: Buffer.from('{}'),
    });
    const headers = ['host', HOST, 'accept', 'application/json', 'x-k8s-aws-id', CLUSTER];
    expect(seen).toEqual(['GET', '/?Action=x', [...headers, 'Connection', 'keep-alive']]);
  });

  test('takes the connection of the one before', async () => {
    const standIn = await start((_, response) => void response.end('{}'));
    const caller = createCaller(standIn);
    for (let count = 0; count < 5; count += 1) await caller();
    expect(standIn.connections()).toBe(1);
  });

  test('has a connection of its own for each host', async () => {
    const other = 'sts.eu-west-1.amazonaws.com';
    const standIn = await start((_, response) => void response.end('{}'), [HOST, other]);
    const caller = createCaller(standIn);
    await caller();
    await caller(3_000, other);
    expect(standIn.connections()).toBe(2);
  });

  test('leaves 64 connections at rest at most, whatever number of hosts there is', async () => {
    const hosts = Array.from({ length: 12 }, (_, index) => `sts.region-${index}.amazonaws.com`);
    let busy = 0;
    const waiting: (() => void)[] = [];
    // All of a host at once, so that none takes the connection of another.
    const standIn = await start((_, response) => {
      waiting.push(() => response.end('{}'));
      busy += 1;
      if (busy % 10 === 0) for (const answer of waiting.splice(0)) answer();
    }, hosts);
    const caller = createCaller(standIn);
    const ask = (host: string) => Promise.all(Array.from({ length: 10 }, () => caller(3_000, host)));
    for (const host of hosts) await ask(host);
    expect(standIn.connections()).toBe(120);
    await until(() => standIn.open() <= 64 + 10, 'those that rest are closed');
    // Those that were used last are there still.
    await ask(hosts[11] ?? '');
    expect(standIn.connections()).toBe(120);
  });

  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
    let asked = 0;
    const standIn = await start((_, response) => {
      asked += 1;
      response.writeHead(status, { location: 'https://169.254.169.254/' }).end();
    });
    expect(await createCaller(standIn)()).toMatchObject({ kind: 'answer', status });
    expect(asked).toBe(1);
  });

  test('takes no compressed answer for one', async () => {
    const standIn = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('{}');
    });
    expect(await createCaller(standIn)()).toMatchObject({ status: 200, contentType: '' });
  });
});

describe('a fault of the other side', () => {
  test('an answer without an end is cut off at 64 KiB', async () => {
    let written = 0;
    const standIn = await start((_, response) => {
      const chunk = Buffer.alloc(16_384, 'a');
      const pour = (): void => {
        while (written < 50_000_000 && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', pour);
      pour();
    });
    expect(await createCaller(standIn)()).toEqual({
      kind: 'failed',
      failure: 'too-large',
      detail: 'too large',
    });
    expect(written).toBeLessThan(50_000_000);
  });

  test.each<[string, RequestListener]>([
    ['no answer', () => {}],
    ['headers and nothing more', (_, response) => void response.writeHead(200).flushHeaders()],
    ['an answer in drips', (_, response) => drip(() => response.write('a'))],
  ])('%s is over after the patience', async (_, listener) => {
    const standIn = await start(listener);
    expect(await createCaller(standIn)(200)).toMatchObject({ kind: 'failed', failure: 'timeout' });
  });

  test('a connection that ends is no answer', async () => {
    const standIn = await start(({ socket }) => void socket.destroy());
    expect(await createCaller(standIn)()).toEqual({
      kind: 'failed',
      failure: 'unreachable',
      detail: 'ECONNRESET',
    });
  });

  test('an answer that breaks off is none', async () => {
    const standIn = await start((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await createCaller(standIn)()).toMatchObject({ kind: 'failed', failure: 'unreachable' });
  });

  test('a connection that was closed while it was idle is made anew', async () => {
    let asked = 0;
    const standIn = await start(({ socket }, response) => {
      asked += 1;
      if (asked === 2) socket.destroy();
      else response.end('{}');
    });
    const caller = createCaller(standIn);
    await caller();
    expect(await caller()).toMatchObject({ kind: 'answer', status: 200 });
    expect([asked, standIn.connections()]).toEqual([3, 2]);
  });

  test('nobody there', async () => {
    const standIn = await startStandIn(() => {});
    await standIn.stop();
    expect(await createCaller(standIn)()).toEqual({
      kind: 'failed',
      failure: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });

  function drip(write: () => void): void {
    const timer = setInterval(write, 20);
    cleanups.push(() => clearInterval(timer));
  }
});

describe('a certificate', () => {
  test('of another name is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    let asked = 0;
    const standIn = await start(() => (asked += 1), ['sts.evil.example']);
    expect(await createCaller(standIn)()).toMatchObject({
      failure: 'unreachable',
      detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(asked).toBe(0);
  });

  test('of an unknown authority is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const standIn = await start(() => {});
    expect(await createCaller(standIn, { authorities: undefined })()).toMatchObject({
      failure: 'unreachable',
    });
  });
});

describe('authorities', () => {
  test.each(['directly', 'through a proxy'])('are not parsed again for each connection (%s)', async (way) => {
    const standIn = await start((_, response) => void setTimeout(() => response.end('{}'), 50));
    const proxy = await startProxy(standIn.port);
    cleanups.push(proxy.stop);
    const target = { host: '127.0.0.1', port: proxy.port, secure: false };
    const caller = createCaller(
      standIn,
      way === 'directly' ? {} : { findProxy: () => target, locate: undefined },
    );
    // Watched, not replaced: what Node calls for a connection that brings no context along.
    const parsed = vi.spyOn(tls, 'createSecureContext');
    const replies = await Promise.all(Array.from({ length: 8 }, () => caller()));
    expect(replies.map(({ kind }) => kind)).toEqual(Array(8).fill('answer'));
    expect([standIn.connections(), parsed.mock.calls.length]).toEqual([8, 0]);
  });
});

describe('through a proxy', () => {
  const toProxy = (port: number, authorization?: string) => ({
    findProxy: () => ({ host: '127.0.0.1', port, secure: false, authorization }),
    locate: undefined,
  });

  test('TLS is spoken with STS, in a tunnel that is kept', async () => {
    const standIn = await start((_, response) => void response.end('{}'));
    const proxy = await startProxy(standIn.port);
    cleanups.push(proxy.stop);
    const caller = createCaller(standIn, toProxy(proxy.port, 'Basic canary'));
    expect(await caller()).toMatchObject({ kind: 'answer', status: 200 });
    expect(await caller()).toMatchObject({ kind: 'answer', status: 200 });
    expect(proxy.asked).toEqual([`${HOST}:443 Basic canary`]);
  });

  test('the certificate is still that of STS', async () => {
    const standIn = await start(() => {}, ['proxy.example']);
    const proxy = await startProxy(standIn.port);
    cleanups.push(proxy.stop);
    expect(await createCaller(standIn, toProxy(proxy.port))()).toMatchObject({
      detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test('that says no, the call has failed', async () => {
    const standIn = await start(() => {});
    const proxy = await startProxy(standIn.port, 407);
    cleanups.push(proxy.stop);
    expect(await createCaller(standIn, toProxy(proxy.port))()).toMatchObject({ detail: 'EPROXY' });
  });

  test('that is not there, the call has failed', async () => {
    const standIn = await start(() => {});
    const proxy = await startProxy(standIn.port);
    await proxy.stop();
    expect(await createCaller(standIn, toProxy(proxy.port))()).toMatchObject({ detail: 'ECONNREFUSED' });
  });
});

test('nothing stays open once it is closed', async () => {
  const standIn = await start((_, response) => void response.end('{}'));
  let gone = 0;
  const { call, close } = createHttpsTransport({
    clusterId: CLUSTER,
    authorities: [authority.certificate],
    findProxy: () => undefined,
    maxSockets: 4,
    locate: () => ({ address: '127.0.0.1', port: standIn.port }),
  });
  await call({ host: HOST, path: '/', patience: 1_000 });
  close();
  void standIn.stop().then(() => (gone = 1));
  await until(() => gone === 1, 'the stand-in has stopped');
});
