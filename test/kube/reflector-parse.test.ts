import { afterEach, describe, expect, test } from 'vitest';
import { type KubeObject, type TellFlaw, toKubeObject } from '../../src/kube/objects.ts';
import { account, event, listOf, watchOf } from '../support/kube/answers.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import { until } from '../support/until.ts';

afterEach(tearDownRigs);

/** Only accounts with the note `mine`. */
function parseMine(raw: unknown, tell: TellFlaw): KubeObject | undefined {
  const object = toKubeObject(raw, tell);
  const note = object?.metadata.annotations?.['note'];
  if (note === 'bad') throw new Error('cannot be parsed');
  return note === 'mine' ? object : undefined;
}

describe('an object that is none to the parser', () => {
  test('is not handed on from a list', async () => {
    const { sink, reflector, events } = await startRig(
      [listOf([account('a', '1', 'mine'), account('b', '2')], '10')],
      { parse: parseMine },
    );
    await reflector.firstList;
    expect(sink.known()).toEqual(['a=mine']);
    expect(events[0]).toMatchObject({ kind: 'listed', items: 2 });
  });

  test('is forgotten where it was one before', async () => {
    const { sink, reflector } = await startRig(
      [
        listOf([account('a', '1', 'mine'), account('b', '2', 'mine')], '10'),
        watchOf([event('MODIFIED', account('a', '11'))]),
      ],
      { parse: parseMine },
    );
    await until(() => reflector.resourceVersion() === '11', 'the change is there');
    expect(sink.known()).toEqual(['b=mine']);
    expect(sink.calls.slice(-1)).toEqual(['remove a']);
  });

  test('is removed by its name all the same, whatever the last of it was', async () => {
    const { sink, reflector } = await startRig(
      [listOf([account('a', '1', 'mine')], '10'), watchOf([event('DELETED', account('a', '11', 'bad'))])],
      { parse: parseMine },
    );
    await until(() => reflector.resourceVersion() === '11', 'the deletion is there');
    expect(sink.known()).toEqual([]);
  });
});

test('a parser that throws is told of, and does not hold up the others', async () => {
  const { sink, reflector, events } = await startRig(
    [
      listOf([account('a', '1', 'bad'), account('b', '2', 'mine')], '10'),
      watchOf([event('ADDED', account('c', '11', 'bad')) + event('ADDED', account('d', '12', 'mine'))]),
    ],
    { parse: parseMine },
  );
  await until(() => reflector.resourceVersion() === '12', 'd is there');
  expect(sink.known()).toEqual(['b=mine', 'd=mine']);
  expect(events.flatMap((each) => (each.kind === 'sink-failed' ? [each.object] : []))).toEqual([
    'shop/a',
    'shop/c',
  ]);
});

test('a parser is not asked about what has no name', async () => {
  const { sink, told } = await startRig([listOf([{ metadata: {} }, account('a', '1')], '10')], {
    parse: (raw, tell) => {
      if (typeof raw['metadata'] === 'object' && 'name' in (raw['metadata'] ?? {}))
        return toKubeObject(raw, tell);
      throw new Error('asked');
    },
  });
  await until(() => told().includes('listed'), 'the list is there');
  expect(told().slice(0, 2)).toEqual(['skipped no-name', 'listed']);
  expect(sink.known()).toEqual(['a=n']);
});
