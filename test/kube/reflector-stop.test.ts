import { afterEach, describe, expect, test } from 'vitest';
import type { KubeApi } from '../../src/kube/api.ts';
import { account, listOf, refusal, watchOf } from '../support/kube/answers.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import { until } from '../support/until.ts';

afterEach(tearDownRigs);

const list = listOf([account('a', '1')], '10');

describe('stopping', () => {
  test('while a list is under way', async () => {
    const { reflector, server, told } = await startRig([{ kind: 'silence' }]);
    await until(() => server.seen.length === 1, 'the list is asked for');
    await reflector.stop();
    expect(told()).toEqual([]);
    expect(reflector.delivered()).toBe(false);
  });

  test('between two pages', async () => {
    const { reflector, server, sink } = await startRig([
      listOf([account('a', '1')], '10', 'two'),
      { kind: 'silence' },
    ]);
    await until(() => server.seen.length === 2, 'the second page is asked for');
    await reflector.stop();
    expect(sink.calls).toEqual(['listing', 'set a']);
  });

  test('while a watch is open', async () => {
    const { reflector, server, clock, told } = await startRig([list]);
    await until(() => clock.sleepers().length === 1, 'the watch is open');
    await reflector.stop();
    expect(told()).toEqual(['listed', 'watch-opened']);
    expect(clock.sleepers()).toEqual([]);
    await until(() => server.openWatches() === 0, 'the server sees the end');
  });

  test('while a watch is being opened', async () => {
    const { reflector, server } = await startRig([list, { kind: 'silence' }]);
    await until(() => server.seen.length === 2, 'the watch is asked for');
    await reflector.stop();
  });

  test('while it waits to try again', async () => {
    const { reflector, server, clock } = await startRig([refusal(503, 'not ready')]);
    await until(() => clock.sleepers().length === 1, 'it waits');
    await reflector.stop();
    expect(clock.sleepers()).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  test('while a refused watch does not end its answer', async () => {
    const endless: KubeApi = {
      get: async () => ({ status: 200, body: '{"metadata":{"resourceVersion":"10"},"items":[]}' }),
      send: () => Promise.reject(new Error('nothing is sent')),
      stream: async (_, { signal }) => ({ status: 403, body: createEndlessBody(signal) }),
      close() {},
    };
    const { reflector, clock } = await startRig([], { api: endless });
    await until(() => clock.sleepers().length === 1, 'it reads the refusal');
    await reflector.stop();
  });

  test('is final, and may be asked for twice', async () => {
    const { reflector, server } = await startRig([list, watchOf([])]);
    await reflector.firstList;
    await Promise.all([reflector.stop(), reflector.stop()]);
    const { length } = server.seen;
    reflector.start();
    await reflector.stop();
    expect(server.seen).toHaveLength(length);
  });
});

function createEndlessBody(signal: AbortSignal): AsyncIterable<Buffer> & { destroy(): void } {
  return {
    async *[Symbol.asyncIterator]() {
      yield Buffer.from('{');
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    destroy() {},
  };
}
