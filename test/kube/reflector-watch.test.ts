import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { ReflectorSink } from '../../src/kube/reflector.ts';
import { account, bookmark, errorEvent, event, listOf, refusal, watchOf } from '../support/kube/answers.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import { until } from '../support/until.ts';

afterEach(tearDownRigs);

const list = listOf([account('a', '1')], '10');

describe('a watch', () => {
  test('begins where the list ended, with bookmarks and a spread-out end', async () => {
    const { server, watches } = await startRig([list], { random: () => 0.999 });
    await until(() => server.openWatches() === 1, 'the watch is open');
    expect(watches()).toEqual([
      { watch: '1', allowWatchBookmarks: 'true', resourceVersion: '10', timeoutSeconds: '600' },
    ]);
  });

  test('brings changes, each moving the resourceVersion', async () => {
    const { server, sink, reflector } = await startRig([list]);
    await until(() => server.openWatches() === 1, 'the watch is open');
    server.send(event('ADDED', account('b', '11')));
    await until(() => reflector.resourceVersion() === '11', 'b is there');
    server.send(event('MODIFIED', account('a', '12', 'changed')) + event('DELETED', account('b', '13')));
    await until(() => reflector.resourceVersion() === '13', 'b is gone');
    expect(sink.known()).toEqual(['a=changed']);
    expect(sink.calls.slice(3)).toEqual(['set b', 'set a', 'remove b']);
  });

  test('is a sign of life with each event and bookmark', async () => {
    const { server, clock, reflector } = await startRig([list]);
    await until(() => server.openWatches() === 1, 'the watch is open');
    const begun = clock.now();
    clock.advance(60_000);
    server.send(bookmark('20'));
    await until(() => reflector.resourceVersion() === '20', 'the bookmark is there');
    expect(reflector.lastContact()).toBe(begun + 60_000);
  });

  test('is a sign of life as it opens, though it says nothing', async () => {
    const { server, clock, reflector } = await startRig([list]);
    await until(() => server.openWatches() === 1, 'the watch is open');
    const begun = clock.now();
    clock.advance(60_000);
    server.end();
    await until(() => reflector.lastContact() === begun + 60_000, 'the next watch is open');
  });

  test('is reopened at once after its end, from the last bookmark', async () => {
    const { watches, told } = await startRig([
      list,
      watchOf([event('ADDED', account('b', '11')), bookmark('99')], 'end'),
    ]);
    await until(() => watches().length === 2, 'the second watch is open');
    expect(watches().map(({ resourceVersion }) => resourceVersion)).toEqual(['10', '99']);
    expect(told()).toContain('watch-ended eof');
  });

  test('is reopened at once, time and again, where it was open for a while', async () => {
    const { server, clock, told, waits, watches } = await startRig([list]);
    for (const round of [1, 2, 3, 4]) {
      const isOpen = (each: string): boolean => each === 'watch-opened';
      await until(() => told().filter(isOpen).length === round, 'the watch is open');
      clock.advance(5_000);
      server.end();
    }
    await until(() => watches().length === 5, 'the last is open');
    expect(waits()).toEqual([0, 0, 0, 0]);
  });

  test('that ends at once, time and again, is reopened more and more slowly', async () => {
    const end = watchOf([], 'end');
    const { clock, waits, watches } = await startRig([list, end, end, end, end]);
    for (const wait of [125, 250, 500]) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      expect(clock.sleepers()).toEqual([wait]);
      clock.advance(wait);
    }
    await until(() => watches().length === 5, 'the last is open');
    expect(waits()).toEqual([0, 125, 250, 500]);
  });

  test('keeps a character whole whose bytes come apart', async () => {
    const bytes = Buffer.from(event('ADDED', account('b', '11', 'Käse 🧀')));
    const middle = bytes.indexOf(Buffer.from('🧀')) + 2;
    const { reflector, sink } = await startRig([
      list,
      watchOf([bytes.subarray(0, middle), bytes.subarray(middle)]),
    ]);
    await until(() => reflector.resourceVersion() === '11', 'b is there');
    expect(sink.known()).toEqual(['a=n', 'b=Käse 🧀']);
  });

  test('cut within a line goes on from the last whole one', async () => {
    const { server, watches, told, sink } = await startRig([
      list,
      watchOf([event('ADDED', account('b', '11')), '{"type":"DEL'], 'end'),
      watchOf([event('DELETED', account('b', '12'))]),
    ]);
    await until(() => sink.calls.includes('remove b'), 'b is gone');
    expect(watches().map(({ resourceVersion }) => resourceVersion)).toEqual(['10', '11']);
    expect(told()).toContain('watch-ended cut');
    expect(server.openWatches()).toBe(1);
  });

  test('whose connection breaks goes on from the last whole line', async () => {
    const { watches, told } = await startRig([list, watchOf([bookmark('42')], 'cut')]);
    await until(() => watches().length === 2, 'the second watch is open');
    expect(watches()[1]?.['resourceVersion']).toBe('42');
    expect(told()).toContain('watch-ended cut');
  });

  test('passes over a nameless object, which moves the resourceVersion all the same', async () => {
    const { reflector, told } = await startRig([
      list,
      watchOf([event('MODIFIED', { metadata: { resourceVersion: '15' } })]),
    ]);
    await until(() => reflector.resourceVersion() === '15', 'it is passed over');
    expect(told()).toContain('skipped no-name');
  });

  test('goes on past an object that the sink cannot take', async () => {
    const taken: string[] = [];
    const sink: ReflectorSink<KubeObject> = {
      listing() {},
      listed() {},
      set({ metadata }) {
        if (metadata.name === 'bad') throw new Error('no room');
        taken.push(metadata.name);
      },
      remove() {},
    };
    const { reflector, events } = await startRig(
      [
        listOf([account('bad', '1'), account('a', '2')], '10'),
        watchOf([event('ADDED', account('bad', '11')) + event('ADDED', account('b', '12'))]),
      ],
      { sink },
    );
    await until(() => reflector.resourceVersion() === '12', 'b is there');
    expect(taken).toEqual(['a', 'b']);
    expect(events.filter(({ kind }) => kind === 'sink-failed')).toEqual([
      { kind: 'sink-failed', object: 'shop/bad', error: new Error('no room') },
      { kind: 'sink-failed', object: 'shop/bad', error: new Error('no room') },
    ]);
  });
});

describe('a resourceVersion that is too old', () => {
  test.each([
    ['as the status of the watch', refusal(410, 'too old')],
    ['as an event of the watch', watchOf([errorEvent(410, 'too old')], 'end')],
    ['as one of another store', refusal(400, 'invalid resource version')],
  ])('%s leads to a list, at once', async (_, answer) => {
    const { told, watches, waits, sink } = await startRig([
      listOf([account('a', '1'), account('b', '2')], '10'),
      answer,
      listOf([account('b', '2')], '20'),
    ]);
    await until(() => watches().length === 2, 'the watch is open again');
    expect(told().filter((each) => each !== 'watch-opened')).toEqual(['listed', 'relist gone', 'listed']);
    expect(waits()).toEqual([0]);
    expect(sink.known()).toEqual(['b=n']);
    expect(watches()[1]?.['resourceVersion']).toBe('20');
  });

  test('after each list does not make a tight circle of lists', async () => {
    const gone = refusal(410, 'too old');
    const { clock, waits } = await startRig([list, gone, list, gone, list, gone]);
    for (const wait of [125, 250]) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      expect(clock.sleepers()).toEqual([wait]);
      clock.advance(wait);
    }
    expect(waits()).toEqual([0, 125, 250]);
  });
});

describe('garbage in a watch', () => {
  const huge = Buffer.concat([Buffer.alloc(2 * 1024 * 1024 + 1, 'x'), Buffer.from('\n')]);

  test.each<[string, string | Buffer, string]>([
    ['a line that is no JSON', 'panic!\n', 'a line that is no JSON object'],
    ['an unknown event', event('SYNCED', {}), 'an event of the unknown type "SYNCED"'],
    ['a line over 2 MiB', huge, 'a line over 2097152 bytes'],
  ])('%s: reopened from the last good line', async (_, chunk, detail) => {
    const { events, watches, sink } = await startRig([
      list,
      watchOf([event('ADDED', account('b', '11')), chunk, event('ADDED', account('c', '12'))]),
    ]);
    await until(() => watches().length === 2, 'the second watch is open');
    expect(watches()[1]?.['resourceVersion']).toBe('11');
    expect(sink.known()).toEqual(['a=n', 'b=n']);
    expect(events).toContainEqual({ kind: 'watch-ended', reason: 'garbage', detail, retryInMs: 0 });
  });

  test('a line just under the limit is none', async () => {
    const { reflector } = await startRig([
      list,
      watchOf([event('ADDED', account('b', '11', 'x'.repeat(2 * 1024 * 1024 - 200)))]),
    ]);
    await until(() => reflector.resourceVersion() === '11', 'b is there');
  });

  test('for the third time in a row: read past it by a list', async () => {
    const garbage = watchOf(['panic!\n'], 'hold');
    const { clock, told, watches } = await startRig([list, garbage, garbage, garbage, listOf([], '30')]);
    for (const wait of [125, 250]) {
      await until(() => clock.sleepers().includes(wait), 'it waits');
      clock.advance(wait);
    }
    await until(() => watches().length === 4, 'the watch is open again');
    expect(told().filter((each) => each !== 'watch-opened')).toEqual([
      'listed',
      'watch-ended garbage',
      'watch-ended garbage',
      'relist repeated-garbage',
      'listed',
    ]);
    expect(watches()[3]?.['resourceVersion']).toBe('30');
  });

  test('error events other than 410 wait, and for the third time lead to a list', async () => {
    const error = watchOf([errorEvent(500, 'etcdserver: leader changed')], 'end');
    const { clock, told, watches } = await startRig([list, error, error, error, listOf([], '30')]);
    for (const _ of [1, 2, 3]) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      clock.advance(30_000);
    }
    await until(() => watches().length === 4, 'the watch is open again');
    expect(told().filter((each) => each !== 'watch-opened')).toEqual([
      'listed',
      'failed',
      'failed',
      'relist repeated-errors',
      'listed',
    ]);
  });
});

describe('a watch that has fallen silent', () => {
  test('is given up after 150 s without a byte, and reopened', async () => {
    const { server, clock, watches, told } = await startRig([list, watchOf([bookmark('33')])]);
    await until(() => clock.sleepers().length === 1, 'the watch is open');
    clock.advance(149_999);
    // An answer to nothing: whatever was to happen by then has happened after it.
    await new Promise((resolve) => setImmediate(resolve));
    expect(watches()).toHaveLength(1);
    clock.advance(1);
    await until(() => watches().length === 2, 'the second watch is open');
    expect(told()).toContain('watch-ended silent');
    expect(watches()[1]?.['resourceVersion']).toBe('33');
    await until(() => server.openWatches() === 1, 'the first is closed');
  });

  test('is not one that has a byte now and then', async () => {
    const { server, clock, reflector, watches } = await startRig([list]);
    await until(() => clock.sleepers().length === 1, 'the watch is open');
    for (const version of ['20', '21', '22', '23']) {
      clock.advance(100_000);
      server.send(bookmark(version));
      await until(() => reflector.resourceVersion() === version, 'the bookmark is there');
    }
    expect(watches()).toHaveLength(1);
  });

  test('is noticed also after the clock was set back', async () => {
    const { clock, watches } = await startRig([list]);
    await until(() => clock.sleepers().length === 1, 'the watch is open');
    clock.setBack(3_600_000);
    clock.advance(150_000);
    await until(() => clock.sleepers().includes(150_000), 'it looked, and counts from the new time on');
    clock.advance(150_000);
    await until(() => watches().length === 2, 'the second watch is open');
  });
});

test('contact lies never in the future, though the clock was set back: a silent server would look well for so long', async () => {
  const { server, clock, reflector } = await startRig([list]);
  await until(() => server.openWatches() === 1, 'the watch is open');
  clock.setBack(3_600_000);
  const seen = clock.now();
  expect(reflector.lastContact()).toBe(seen);
  clock.advance(60_000);
  expect(reflector.lastContact()).toBe(seen);
});
