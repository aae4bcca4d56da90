import { afterEach, describe, expect, test } from 'vitest';
import { account, bookmark, listOf, refusal, watchOf } from '../support/kube/answers.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import { until } from '../support/until.ts';

afterEach(tearDownRigs);

describe('the first list', () => {
  test('is read in pages and delivered as one', async () => {
    const { server, sink, reflector, told, clock } = await startRig([
      listOf([account('a', '1'), account('b', '2')], '10', 'page two'),
      listOf([account('c', '3')], '10', 'page three'),
      listOf([], '10'),
    ]);
    await reflector.firstList;
    expect(sink.calls).toEqual(['listing', 'set a', 'set b', 'set c', 'listed']);
    expect(server.seen.slice(0, 3).map(({ query }) => query)).toEqual([
      { limit: '500' },
      { limit: '500', continue: 'page two' },
      { limit: '500', continue: 'page three' },
    ]);
    expect(reflector.delivered()).toBe(true);
    expect(reflector.resourceVersion()).toBe('10');
    expect(reflector.lastContact()).toBe(clock.now());
    expect(told()[0]).toBe('listed');
  });

  test('asks for metadata only, and takes what there is', async () => {
    const { server, reflector } = await startRig([listOf([], '10')]);
    await reflector.firstList;
    await until(() => server.seen.length === 2, 'the watch is open');
    expect(server.seen.map(({ headers }) => headers.accept)).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
    ]);
  });

  test('asks for whole objects, and for one of them, where told', async () => {
    const { server, reflector } = await startRig([listOf([], '10')], {
      metadataOnly: false,
      fieldSelector: 'metadata.name=a&b',
    });
    await reflector.firstList;
    await until(() => server.seen.length === 2, 'the watch is open');
    for (const { headers, query } of server.seen) {
      expect(headers.accept).toBe('application/json');
      expect(query['fieldSelector']).toBe('metadata.name=a&b');
    }
  });

  test('is not there before all of it is', async () => {
    const { reflector, server, sink } = await startRig([
      listOf([account('a', '1')], '10', 'more'),
      { kind: 'silence' },
    ]);
    await until(() => server.seen.length === 2, 'the second page is asked for');
    expect(sink.calls).toEqual(['listing', 'set a']);
    expect(reflector.delivered()).toBe(false);
    expect(reflector.resourceVersion()).toBe('');
  });

  test('may be empty, written as null', async () => {
    const { reflector, sink } = await startRig([
      { kind: 'whole', status: 200, body: '{"metadata":{"resourceVersion":"5"},"items":null}' },
    ]);
    await reflector.firstList;
    expect(sink.calls).toEqual(['listing', 'listed']);
  });

  test('passes over what has no name, and tells', async () => {
    const { reflector, sink, told } = await startRig([
      listOf([{ metadata: {} }, { kind: 'ServiceAccount' }, account('a', '1')], '10'),
    ]);
    await reflector.firstList;
    expect(sink.known()).toEqual(['a=n']);
    expect(told().slice(0, 3)).toEqual(['skipped no-name', 'skipped no-name', 'listed']);
  });

  test.each([
    ['nothing', '{}'],
    ['a Status', '{"kind":"Status","metadata":{},"status":"Success"}'],
    ['no items', '{"metadata":{"resourceVersion":"5"}}'],
    ['no resourceVersion', '{"metadata":{},"items":[]}'],
    ['no JSON', '<html>sign in</html>'],
    ['half a list', '{"metadata":{"resourceVersion":"5"},"items":[{'],
  ])('that holds %s is a failure, and is asked for again', async (_, body) => {
    const { reflector, clock, told, sink, waits } = await startRig([
      { kind: 'whole', status: 200, body },
      listOf([account('a', '1')], '10'),
    ]);
    await until(() => clock.sleepers().length === 1, 'it waits');
    expect(told()).toEqual(['failed']);
    expect(waits()).toEqual([125]);
    expect(sink.calls).toEqual([]);
    clock.advance(125);
    await reflector.firstList;
    expect(sink.known()).toEqual(['a=n']);
  });

  test('that never ends is a failure', async () => {
    const { clock, events } = await startRig([listOf([], '10', 'round'), listOf([], '10', 'round')]);
    await until(() => clock.sleepers().length === 1, 'it waits');
    expect(String(events.map((each) => 'error' in each && each.error.message))).toContain(
      'the server repeats the same continue token',
    );
  });
});

describe('a continue token that expires while paging', () => {
  test('begins the list again', async () => {
    const { reflector, sink, told } = await startRig([
      listOf([account('a', '1'), account('b', '2')], '10', 'two'),
      refusal(410, 'the provided continue parameter is too old'),
      listOf([account('a', '1')], '20', 'two again'),
      listOf([account('c', '15')], '20'),
    ]);
    await reflector.firstList;
    expect(told().slice(0, 2)).toEqual(['relist continue-expired', 'listed']);
    expect(sink.calls).toEqual(['listing', 'set a', 'set b', 'listing', 'set a', 'set c', 'listed']);
    expect(sink.known()).toEqual(['a=n', 'c=n']);
    expect(reflector.resourceVersion()).toBe('20');
  });

  test('loses nothing that the sink had, until the new list is whole', async () => {
    const { sink, server, reflector, clock } = await startRig([
      listOf([account('a', '1'), account('b', '2')], '10'),
      refusal(410, 'too old'),
      listOf([account('a', '1')], '20', 'two'),
      refusal(410, 'too old'),
      listOf([account('b', '2')], '30', 'two'),
      { kind: 'silence' },
    ]);
    await until(() => clock.sleepers().length === 1, 'it waits before the third list');
    clock.advance(125);
    await until(() => server.seen.length === 6, 'the last page is asked for');
    expect(sink.known()).toEqual(['a=n', 'b=n']);
    expect(reflector.delivered()).toBe(true);
    expect(reflector.resourceVersion()).toBe('10');
  });

  test('again and again is not tried in a tight circle', async () => {
    const page = listOf([account('a', '1')], '10', 'two');
    const expired = refusal(410, 'too old');
    const { clock, waits } = await startRig([page, expired, page, expired, page, expired, page, expired]);
    await until(() => clock.sleepers().length === 1, 'it waits');
    clock.advance(125);
    await until(() => waits().length === 3 && clock.sleepers().length === 1, 'it waits again');
    expect(waits()).toEqual([0, 125, 250]);
  });
});

describe('a relist', () => {
  test('forgets what is gone and keeps the rest', async () => {
    const { sink, told, server, clock, reflector } = await startRig([
      listOf([account('a', '1'), account('b', '2'), account('c', '3')], '10'),
      watchOf([bookmark('11')]),
      refusal(410, 'too old resource version: 11 (40)'),
      listOf([account('b', '2'), account('c', '30', 'changed'), account('d', '31')], '50'),
    ]);
    await until(() => reflector.resourceVersion() === '11', 'the bookmark is there');
    clock.advance(60_000);
    server.end();
    await until(() => server.seen.length === 5, 'the watch is open again');
    expect(sink.known()).toEqual(['b=n', 'c=changed', 'd=n']);
    expect(told().filter((each) => each !== 'watch-opened')).toEqual([
      'listed',
      'watch-ended eof',
      'relist gone',
      'listed',
    ]);
    // A list is a consistent read, and the watch goes on from there.
    expect(server.seen[3]?.query).toEqual({ limit: '500' });
    expect(server.seen[4]?.query['resourceVersion']).toBe('50');
  });
});
