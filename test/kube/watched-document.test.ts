import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reading, WatchedState } from '../../src/base/watched-state.ts';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { type ConfigMap, toConfigMap } from '../../src/kube/objects.ts';
import {
  createDocumentReflector,
  createWatchedDocument,
  type WatchedDocument,
} from '../../src/kube/watched-document.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { event, listOf, watchOf } from '../support/kube/answers.ts';
import { startScriptedServer } from '../support/kube/scripted-server.ts';
import { until } from '../support/until.ts';

const NAME = 'numbers';

let document: WatchedDocument<ConfigMap, number>;
let told: Reading<number>[];

beforeEach(() => {
  told = [];
  document = createWatchedDocument<ConfigMap, number>({
    name: NAME,
    read({ data }) {
      const text = data?.['number'] ?? '';
      if (text === 'throw') throw new Error('the reader gives up');
      return /^\d+$/.test(text)
        ? { kind: 'good', value: Number(text) }
        : { kind: 'malformed', problem: `${text} is no number` };
    },
    report: (reading) => void told.push(reading),
  });
});

function toObject(number: string, name = NAME): ConfigMap {
  return { metadata: { name, namespace: 'shop', resourceVersion: '1' }, data: { number } };
}

type Step =
  | 'deleted'
  /** A complete list that has the object, with this in it, or has it not. */
  | { readonly list: string | undefined }
  /** One that breaks off before its end. */
  | { readonly begun: string | undefined }
  | { readonly set: string };

function play(step: Step): void {
  if (step === 'deleted') document.remove(toObject('').metadata);
  else if ('set' in step) document.set(toObject(step.set));
  else {
    document.listing();
    const text = 'list' in step ? step.list : step.begun;
    if (text !== undefined) document.set(toObject(text));
    if ('list' in step) document.listed();
  }
}

const PENDING: WatchedState<number> = { kind: 'pending' };
const ABSENT: WatchedState<number> = { kind: 'absent' };
const BAD: WatchedState<number> = { kind: 'malformed', problem: 'x is no number' };
const ONE: WatchedState<number> = { kind: 'good', value: 1 };
const TWO: WatchedState<number> = { kind: 'good', value: 2 };
const ONE_KEPT: WatchedState<number> = { ...ONE, problem: 'x is no number' };

describe('the state of a document', () => {
  test.each<[what: string, steps: readonly Step[], state: WatchedState<number>]>([
    ['nothing was told', [], PENDING],
    ['the first list is not complete', [{ begun: '1' }], PENDING],
    ['the first list broke off and began again', [{ begun: '1' }, { begun: undefined }], PENDING],
    ['the first list has it not', [{ list: undefined }], ABSENT],
    ['the first list has a bad one', [{ list: 'x' }], BAD],
    ['the first list has a good one', [{ list: '1' }], ONE],
    ['only the attempt that broke off had it', [{ begun: '1' }, { list: undefined }], ABSENT],

    ['absent, then a bad one', [{ list: undefined }, { set: 'x' }], BAD],
    ['absent, then a good one', [{ list: undefined }, { set: '1' }], ONE],
    ['absent, then deleted', [{ list: undefined }, 'deleted'], ABSENT],

    ['bad, then another bad one', [{ list: 'y' }, { set: 'x' }], BAD],
    ['bad, then a good one', [{ list: 'x' }, { set: '1' }], ONE],
    ['bad, then deleted', [{ list: 'x' }, 'deleted'], ABSENT],
    ['bad, then a list without it', [{ list: 'x' }, { list: undefined }], ABSENT],

    ['good, then another good one', [{ list: '1' }, { set: '2' }], TWO],
    ['good, then a bad one', [{ list: '1' }, { set: 'x' }], ONE_KEPT],
    ['good, then a bad one in a list', [{ list: '1' }, { list: 'x' }], ONE_KEPT],
    ['good, then bad ones', [{ list: '1' }, { set: 'y' }, { set: 'x' }], ONE_KEPT],
    ['good, bad, and good again', [{ list: '1' }, { set: 'x' }, { set: '1' }], ONE],
    ['good, then deleted', [{ list: '1' }, 'deleted'], ABSENT],
    ['good, then a list without it', [{ list: '1' }, { list: undefined }], ABSENT],
    ['good, then a list that is not complete', [{ list: '1' }, { begun: undefined }], ONE],
    ['good, then a list with another that is not complete', [{ list: '1' }, { begun: '2' }], ONE],
    ['good, bad, deleted', [{ list: '1' }, { set: 'x' }, 'deleted'], ABSENT],
    [
      'good, deleted, bad: what was deleted is not brought back',
      [{ list: '1' }, 'deleted', { set: 'x' }],
      BAD,
    ],
  ])('%s', (_, steps, state) => {
    for (const step of steps) play(step);
    expect(document.state()).toEqual(state);
  });

  test.each(['by event', 'in a list'])('a reader that throws %s is told of as malformed', (how) => {
    play({ list: '1' });
    play(how === 'by event' ? { set: 'throw' } : { list: 'throw' });
    expect(document.state()).toEqual({ kind: 'good', value: 1, problem: 'the reader gives up' });
  });

  test('a removal within a list counts with the list', () => {
    play({ list: '1' });
    play({ begun: '2' });
    play('deleted');
    expect(document.state()).toEqual(ONE);
    document.listed();
    expect(document.state()).toEqual(ABSENT);
  });

  test('objects of other names do not touch it', () => {
    document.listing();
    document.set(toObject('7', 'other'));
    document.listed();
    document.set(toObject('7', 'other'));
    expect(document.state()).toEqual(ABSENT);
    play({ set: '1' });
    document.remove(toObject('7', 'other').metadata);
    expect(document.state()).toEqual(ONE);
  });

  test('each reading is told, a list as one', () => {
    for (const step of [{ begun: '1' }, { list: '1' }, { set: 'x' }, { set: 'x' }, 'deleted'] as const)
      play(step);
    const bad = { kind: 'malformed', problem: 'x is no number' };
    expect(told).toEqual([{ kind: 'good', value: 1 }, bad, bad, { kind: 'absent' }]);
  });
});

describe('the reflector of a document', () => {
  const cleanups: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  test('asks for this one object and brings what becomes of it', async () => {
    const server = await startScriptedServer([
      listOf([toObject('1')], '10'),
      watchOf([event('MODIFIED', toObject('x'))]),
    ]);
    const api = createKubeApi(createDirectAccess(server.url));
    const reflector = createDocumentReflector(document, {
      api,
      namespace: 'shop',
      resource: 'configmaps',
      parse: toConfigMap,
      clock: createFakeClock(),
      random: () => 0.5,
      report: () => {},
    });
    cleanups.push(async () => {
      await reflector.stop();
      api.close();
      await server.close();
    });
    expect(document.state()).toEqual(PENDING);
    reflector.start();
    await until(() => told.length === 2, 'list and event are told');
    expect(document.state()).toEqual(ONE_KEPT);
    server.send(event('DELETED', toObject('x')));
    await until(() => told.length === 3, 'the deletion is told');
    expect(document.state()).toEqual(ABSENT);
    for (const { path, query, headers } of server.seen) {
      expect(path).toBe('/api/v1/namespaces/shop/configmaps');
      expect(query['fieldSelector']).toBe('metadata.name=numbers');
      expect(headers.accept).toBe('application/json');
    }
  });
});
