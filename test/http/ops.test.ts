import { createServer } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listenOn } from '../../src/http/listen.ts';
import { createOpsServer, type ReadyCheck } from '../../src/http/ops.ts';
import { createTlsServer } from '../../src/http/server.ts';
import { call } from '../support/http/client.ts';
import { authority, cleanUp, createFixedCertificate, onCleanUp } from '../support/http/door.ts';

afterEach(cleanUp);

function createOps(checks: readonly ReadyCheck[] = [], registry = new Registry()) {
  const server = createOpsServer({ registry, servers: [{ name: 'webhook', checks }] });
  onCleanUp(() => server.drain.close(0));
  return server.app;
}

describe('probes', () => {
  test.each(['/livez', '/healthz'])('%s says that the event loop turns, ready or not', async (url) => {
    const { statusCode, body } = await createOps([{ name: 'x', check: () => 'no' }]).inject({ url });
    expect([statusCode, body]).toEqual([200, 'ok']);
  });

  test('/readyz tells each check by name, and fails if one does', async () => {
    let problem: string | undefined = 'the first list was not delivered yet';
    const app = createOps([
      { name: 'certificate', check: () => undefined },
      { name: 'serviceaccounts', check: () => problem },
    ]);
    const unready = await app.inject({ url: '/readyz?verbose' });
    expect(unready.statusCode).toBe(503);
    expect(unready.body).toBe('[+]certificate ok\n[-]serviceaccounts the first list was not delivered yet\n');
    expect(unready.headers['content-type']).toMatch(/^text\/plain/);
    problem = undefined;
    const ready = await app.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.body]).toEqual([200, '[+]certificate ok\n[+]serviceaccounts ok\n']);
  });

  test('/readyz tells of what is degraded, and fails for it only where that is asked for', async () => {
    const checks: ReadyCheck[] = [
      { name: 'a', check: () => undefined, degraded: () => 'the list before stays' },
      { name: 'b', check: () => undefined, degraded: () => undefined },
    ];
    const body = '[!]a the list before stays\n[+]b ok\n';
    const tolerant = await createOps(checks).inject({ url: '/readyz' });
    expect([tolerant.statusCode, tolerant.body]).toEqual([200, body]);
    const { app: strict } = createOpsServer({
      registry: new Registry(),
      servers: [{ name: 'webhook', checks, unreadyWhenDegraded: true }],
    });
    onCleanUp(() => strict.close());
    const refused = await strict.inject({ url: '/readyz' });
    expect([refused.statusCode, refused.body]).toEqual([503, body]);
  });

  test('/readyz says what is missing rather than what is degraded', async () => {
    const check = { name: 'a', check: () => 'not delivered', degraded: () => 'never asked' };
    const { statusCode, body } = await createOps([check]).inject({ url: '/readyz' });
    expect([statusCode, body]).toEqual([503, '[-]a not delivered\n']);
  });

  describe('of several servers', () => {
    /** What is wrong with each; undefined: it is ready. */
    const wrong: Record<string, string | undefined> = {};
    const toServer = (name: string, unreadyWhenDegraded = false) => ({
      name,
      unreadyWhenDegraded,
      checks: [{ name: 'source', check: () => wrong[name], degraded: () => wrong[`${name}, degraded`] }],
    });
    beforeEach(() => {
      for (const name of Object.keys(wrong)) delete wrong[name];
    });

    async function readStatuses(app: FastifyInstance): Promise<Record<string, number>> {
      const paths = ['/readyz', '/readyz/webhook', '/readyz/issuer'];
      const answers = await Promise.all(
        paths.map(async (url) => [url, (await app.inject({ url })).statusCode]),
      );
      return Object.fromEntries(answers);
    }

    function createBoth(unreadyWhenDegraded = false) {
      const servers = [toServer('webhook', unreadyWhenDegraded), toServer('issuer')];
      const { app } = createOpsServer({ registry: new Registry(), servers });
      onCleanUp(() => app.close());
      return app;
    }

    test('waits at the start for every one of them', async () => {
      const app = createBoth();
      wrong['issuer'] = 'no keys yet';
      expect(await readStatuses(app)).toEqual({
        '/readyz': 503,
        '/readyz/webhook': 200,
        '/readyz/issuer': 503,
      });
      expect((await app.inject({ url: '/readyz' })).body).toBe(
        '[+]webhook/source ok\n[-]issuer/source no keys yet\n',
      );
      expect((await app.inject({ url: '/readyz/issuer' })).body).toBe('[-]source no keys yet\n');
      delete wrong['issuer'];
      expect(await readStatuses(app)).toMatchObject({ '/readyz': 200, '/readyz/issuer': 200 });
    });

    test('goes on while one of them is ready, and tells which is not', async () => {
      const app = createBoth();
      await readStatuses(app);
      wrong['webhook'] = 'expired';
      expect(await readStatuses(app)).toEqual({
        '/readyz': 200,
        '/readyz/webhook': 503,
        '/readyz/issuer': 200,
      });
      expect((await app.inject({ url: '/readyz' })).body).toContain('[-]webhook/source expired\n');
      wrong['issuer'] = 'going away';
      expect(await readStatuses(app)).toMatchObject({ '/readyz': 503 });
    });

    test('takes a degraded one for unready only where that one asks for it', async () => {
      const app = createBoth(true);
      wrong['issuer, degraded'] = 'the file before stays';
      expect(await readStatuses(app)).toMatchObject({ '/readyz': 200, '/readyz/issuer': 200 });
      wrong['webhook, degraded'] = 'the file before stays';
      expect(await readStatuses(app)).toMatchObject({ '/readyz': 200, '/readyz/webhook': 503 });
    });
  });

  test.each([
    '/',
    '/mutate',
    '/debug/alpha/cache',
    '/debug/alpha/cache/clear',
    '/debug/pprof',
    '/readyz/issuer',
    '/readyz/',
  ])('%s is not there', async (url) => {
    expect((await createOps().inject({ url })).statusCode).toBe(404);
  });

  test('a body is of no interest', async () => {
    const { statusCode } = await createOps().inject({
      url: '/readyz',
      method: 'POST',
      payload: 'x'.repeat(5_000),
    });
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
  });
});

test('/metrics is what Prometheus reads', async () => {
  const registry = new Registry();
  new Counter({ name: 'calls_total', help: 'Calls.', registers: [registry] }).inc(3);
  const { statusCode, headers, body } = await createOps([], registry).inject({ url: '/metrics' });
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(body).toContain('calls_total 3\n');
});

describe('listening', () => {
  test('on port 0 tells the port that it got', async () => {
    const port = await listenOn(createOps(), { host: '127.0.0.1', port: 0 });
    expect(port).toBeGreaterThan(0);
    expect(await (await fetch(`http://127.0.0.1:${port}/livez`)).text()).toBe('ok');
  });

  test('without a host is on every address', async () => {
    const port = await listenOn(createOps(), { host: '', port: 0 });
    expect(await (await fetch(`http://127.0.0.1:${port}/livez`)).text()).toBe('ok');
  });

  test('on a port that is taken says which, and what to do', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => void holder.close());
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(listenOn(createOps(), { host: '127.0.0.1', port }, '--port')).rejects.toThrow(
      `cannot listen on port ${port} (--port): another process listens there; stop it or choose another port`,
    );
  });

  test('on an address that this machine does not have says so', async () => {
    await expect(listenOn(Fastify(), { host: '192.0.2.1', port: 0 })).rejects.toThrow(
      /^cannot listen on port 0: /,
    );
  });

  test('on localhost is one server, which a drain closes and a new certificate reaches', async () => {
    const server = createTlsServer({
      certificate: createFixedCertificate(),
      tls: { minVersion: 'TLSv1.2', ciphers: [] },
      direct: new Map([['/mutate', (_request, response) => void response.end('direct')]]),
    });
    const port = await listenOn(server.app, { host: 'localhost', port: 0 });
    onCleanUp(() => server.app.close());
    const door = { port, ca: authority.certificate, server };
    expect((await call(door)).text).toBe('direct');
    await server.drain.close(1_000);
    await expect(call(door)).rejects.toThrow(/ECONNREFUSED/);
  });
});
