import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { readInClusterAccess } from '../../src/kube/in-cluster.ts';
import { toKubeObject } from '../../src/kube/objects.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { createAuthority } from '../support/certificates.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { findFreePort } from '../support/free-port.ts';
import { account, bookmark, event, listOf, refusal, watchOf } from '../support/kube/answers.ts';
import { createRecordingSink } from '../support/kube/recording-sink.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import { startScriptedServer } from '../support/kube/scripted-server.ts';
import { until } from '../support/until.ts';

afterEach(tearDownRigs);

const list = listOf([account('a', '1')], '10');
const nearlyOne = (): number => 0.999_999;

describe('a server that refuses or fails', () => {
  test.each([401, 403, 500, 503])(
    '%i: the list is tried again after growing, jittered waits',
    async (status) => {
      const parts = [0.5, 0, 0.25, 1 / 3];
      const { clock, reflector, waits } = await startRig(
        [refusal(status, 'no'), refusal(status, 'no'), refusal(status, 'no'), refusal(status, 'no'), list],
        { random: () => parts.shift() ?? 0 },
      );
      // The second wait is 0 ms and passes by itself.
      for (const wait of [125, 250, 667]) {
        await until(() => clock.sleepers().length === 1, 'it waits');
        expect(clock.sleepers()).toEqual([wait]);
        expect(reflector.delivered()).toBe(false);
        clock.advance(wait);
      }
      await reflector.firstList;
      expect(waits()).toEqual([125, 0, 250, 667]);
    },
  );

  test('waits at most 30 s, however long it lasts, and begins small after success', async () => {
    const no = refusal(503, 'not ready');
    const { clock, reflector, waits, server } = await startRig([...Array(10).fill(no), list, no], {
      random: nearlyOne,
    });
    for (let failures = 1; failures <= 10; failures += 1) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      clock.advance(30_000);
    }
    await reflector.firstList;
    await until(() => server.seen.length === 12, 'the watch was refused');
    await until(() => waits().length === 11, 'it waits');
    expect(waits()).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 250]);
  });

  test('tells what the server said, in one line', async () => {
    const { events } = await startRig([
      refusal(403, 'serviceaccounts is forbidden:\n User "me" cannot list'),
      list,
      refusal(403, 'may list but not watch'),
    ]);
    await until(() => events.length === 1, 'the list failed');
    expect(events[0]).toMatchObject({
      kind: 'failed',
      during: 'list',
      error: {
        status: 403,
        message:
          'list /api/v1/serviceaccounts: the API server answered 403: serviceaccounts is forbidden: User "me" cannot list',
      },
    });
  });

  test('is the trouble of the reflector until something works again', async () => {
    const { clock, reflector, server } = await startRig([
      refusal(403, 'no list'),
      list,
      refusal(403, 'no watch'),
      watchOf([]),
    ]);
    await until(() => clock.sleepers().length === 1, 'the list failed');
    expect(reflector.trouble()).toMatchObject({ during: 'list', error: { status: 403 } });
    clock.advance(30_000);
    await until(() => server.seen.length === 3 && clock.sleepers().length === 1, 'the watch failed');
    expect(reflector.trouble()).toMatchObject({ during: 'watch', error: { status: 403 } });
    clock.advance(30_000);
    await until(() => server.openWatches() === 1, 'the watch is open');
    await until(() => reflector.trouble() === undefined, 'all is well');
  });

  test('tells nothing of an answer that is no Status', async () => {
    const { events } = await startRig([{ kind: 'whole', status: 502, body: '<html>secret</html>' }]);
    await until(() => events.length === 1, 'the list failed');
    expect(events[0]).toMatchObject({
      error: { message: 'list /api/v1/serviceaccounts: the API server answered 502' },
    });
  });

  test.each([
    ['7', 7_000],
    ['3600', 30_000],
    ['0', 125],
  ])('is given the time that it asks for, up to 30 s (Retry-After: %s)', async (value, wait) => {
    const { clock } = await startRig([refusal(429, 'slow down', { 'retry-after': value })]);
    await until(() => clock.sleepers().length === 1, 'it waits');
    expect(clock.sleepers()).toEqual([wait]);
  });

  test('while watching: the watch is tried again from where it was, without a list', async () => {
    const { clock, watches, told } = await startRig([
      list,
      refusal(429, 'slow down', { 'retry-after': '2' }),
      refusal(503, 'not ready'),
      watchOf([event('ADDED', account('b', '11'))]),
    ]);
    for (const wait of [2_000, 250]) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      expect(clock.sleepers()).toEqual([wait]);
      clock.advance(wait);
    }
    await until(() => told().includes('watch-opened'), 'the watch is open');
    expect(watches().map(({ resourceVersion }) => resourceVersion)).toEqual(['10', '10', '10']);
    expect(told()).toEqual(['listed', 'failed', 'failed', 'watch-opened']);
  });

  test('a report that throws ends nothing', async () => {
    const server = await startScriptedServer([refusal(503, 'no'), list]);
    const api = createKubeApi({ server: server.url, authorization: async () => undefined, notes: [] });
    const clock = createFakeClock();
    const reflector = createReflector({
      api,
      path: '/api/v1/serviceaccounts',
      metadataOnly: true,
      parse: toKubeObject,
      sink: createRecordingSink(),
      clock,
      random: () => 0,
      report() {
        throw new Error('disk full');
      },
    });
    reflector.start();
    await reflector.firstList;
    await reflector.stop();
    api.close();
    await server.close();
  });
});

describe('a server that is away', () => {
  test('is found once it is there', async () => {
    const port = await findFreePort();
    const api = createKubeApi(createDirectAccess(`http://127.0.0.1:${port}`));
    const { clock, events, reflector } = await startRig([], { api });
    await until(() => clock.sleepers().length === 1, 'it waits');
    expect(events[0]).toMatchObject({ kind: 'failed', error: { message: /ECONNREFUSED/ } });
    const server = await startScriptedServer([list], { port });
    clock.advance(125);
    await reflector.firstList;
    await reflector.stop();
    await server.close();
  });

  test('and comes back is watched on from the last resourceVersion; nothing is listed again', async () => {
    const port = await findFreePort();
    const first = await startScriptedServer([list, watchOf([bookmark('77')])], { port });
    const api = createKubeApi({ server: first.url, authorization: async () => undefined, notes: [] });
    const { clock, reflector, sink, told } = await startRig([], { api });
    await until(() => reflector.resourceVersion() === '77', 'the bookmark is there');
    clock.advance(60_000);
    await first.close();
    await until(() => told().includes('failed'), 'it is missed');
    expect(sink.known()).toEqual(['a=n']);
    const second = await startScriptedServer([watchOf([event('ADDED', account('b', '78'))])], { port });
    clock.advance(30_000);
    await until(() => sink.known().length === 2, 'b is there');
    expect(second.seen.map(({ query }) => query['resourceVersion'])).toEqual(['77']);
    expect(told()).toEqual(['listed', 'watch-opened', 'watch-ended cut', 'failed', 'watch-opened']);
    await reflector.stop();
    await second.close();
  });
});

describe('a credential that expired', () => {
  test('is replaced by the rotated token with the next attempt', async () => {
    const root = await mkdtemp(join(tmpdir(), 'iam-bridge-pod-'));
    const authority = createAuthority('test authority');
    const serving = authority.issue({ names: ['127.0.0.1'] });
    await writeFile(join(root, 'ca.crt'), authority.certificate);
    await writeFile(join(root, 'token'), 'old');
    const server = await startScriptedServer([refusal(401, 'Unauthorized'), list], {
      tls: { cert: serving.certificate, key: serving.key },
    });
    const access = await readInClusterAccess({
      host: '127.0.0.1',
      port: String(server.port),
      root,
      now: () => 0,
    });
    await writeFile(join(root, 'token'), 'new');
    const { clock, reflector } = await startRig([], { api: createKubeApi(access) });
    await until(() => clock.sleepers().length === 1, 'it waits');
    clock.advance(125);
    await reflector.firstList;
    expect(server.seen.slice(0, 2).map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer new',
    ]);
    await reflector.stop();
    await server.close();
    await rm(root, { recursive: true });
  });
});
