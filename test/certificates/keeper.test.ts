import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeApi, type FakeApi } from '../support/certificates/fake-api.ts';
import { DAY, MINUTE, startKeeper } from '../support/certificates/replica.ts';
import { createAuthority } from '../support/certificates.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { until } from '../support/until.ts';

let clock: FakeClock;
let api: FakeApi;
let running: ReturnType<typeof startKeeper>;

beforeEach(() => {
  clock = createFakeClock();
  api = createFakeApi(clock.now);
  running = startKeeper({ api, clock });
});

afterEach(() => running.stop());

const asleep = (): Promise<void> => until(() => clock.sleepers().length > 0, 'the keeper rests');
const countCalls = (): number => api.calls.length;

/** Until it has nothing to do; then it has been told of nothing for the pause between two looks. */
async function rest(): Promise<void> {
  await asleep();
  clock.advance(100);
  await asleep();
}

test('it serves what it has stored, and tells those who listen', async () => {
  const heard: string[] = [];
  running.keeper.onChange(({ cert }) => heard.push(cert));
  await rest();
  expect(heard).toEqual([api.readSecret()?.['tls.crt']]);
  expect(running.keeper.current()?.cert).toBe(heard[0]);
  expect(running.keeper.authorityNotAfter()).toBe(clock.now() - 100 + 365 * DAY);
  expect(running.keeper.bundles()).toMatchObject([{ problem: undefined }]);
});

test('it looks every five minutes by itself', async () => {
  await rest();
  const calls = countCalls();
  expect(clock.sleepers()).toEqual([5 * MINUTE - 100]);
  clock.advance(5 * MINUTE - 101);
  expect(countCalls()).toBe(calls);
  clock.advance(1);
  await until(() => countCalls() > calls, 'it looks');
});

test('it looks when a certificate of somebody else expires, which has to be replaced then', async () => {
  await running.stop();
  const { certificate, key } = createAuthority().issue({
    names: ['a'],
    notBefore: clock.now() - DAY,
    notAfter: clock.now() + 2 * MINUTE,
  });
  api.putSecret({ 'tls.crt': certificate, 'tls.key': key });
  running = startKeeper({ api, clock });
  await rest();
  expect(running.keeper.current()?.cert).toBe(certificate);
  clock.advance(2 * MINUTE);
  await until(() => running.keeper.current()?.cert !== certificate, 'one of our own is served');
});

test('a change wakes it at once, and many changes wake it ten times a second', async () => {
  await rest();
  api.setBundle('');
  running.keeper.wake();
  await until(() => api.readBundles()[0] === api.readSecret()?.['ca.crt'], 'the bundle is mended');
  await asleep();
  const calls = countCalls();
  for (let times = 0; times < 100; times += 1) running.keeper.wake();
  await asleep();
  expect(countCalls()).toBe(calls);
  clock.advance(100);
  await until(() => countCalls() > calls, 'it looks once more');
});

test('a change that comes while it looks is not missed', async () => {
  await rest();
  let isFirst = true;
  api.setFault((method, path) => {
    if (isFirst && method === 'GET' && path.includes('/secrets/')) {
      isFirst = false;
      // After the configuration was read.
      api.setBundle('');
      running.keeper.wake();
    }
    return undefined;
  });
  running.keeper.wake();
  await until(() => !isFirst, 'it looks');
  await asleep();
  clock.advance(100);
  await until(() => api.readBundles()[0] === api.readSecret()?.['ca.crt'], 'the bundle is mended');
});

test('while the API server is away it waits longer and longer, and serves on', async () => {
  await rest();
  const served = running.keeper.current();
  api.setFault(() => Promise.reject(new Error('https://10.0.0.1:443: connect ECONNREFUSED')));
  running.keeper.wake();
  const waits: number[] = [];
  for (let times = 0; times < 9; times += 1) {
    const failures = running.events.filter(({ kind }) => kind === 'failed').length;
    await until(
      () => running.events.filter(({ kind }) => kind === 'failed').length >= Math.max(1, failures),
      'it fails',
    );
    await asleep();
    const begun = clock.now();
    while (
      running.events.filter(({ kind }) => kind === 'failed').length === failures ||
      clock.now() === begun
    ) {
      clock.advance(clock.sleepers()[0] ?? 0);
      await asleep();
      if (clock.now() - begun > 60_000) throw new Error('it waits for ever');
    }
    waits.push(clock.now() - begun);
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_100);
  expect(running.keeper.current()).toBe(served);
  api.setFault(undefined);
  clock.advance(30_000);
  await asleep();
  clock.advance(30_000);
  await until(() => running.keeper.problem() === undefined, 'it is well again');
});
