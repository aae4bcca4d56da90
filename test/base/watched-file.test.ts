import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createFileValue,
  createWatchedFile,
  type FileEvent,
  type FileValue,
  type WatchedFile,
} from '../../src/base/watched-file.ts';
import type { ReadState } from '../../src/base/watched-state.ts';
import { until } from '../support/until.ts';

let folder: string;
let path: string;
let value: FileValue<number> | undefined;
let file: WatchedFile<number> | undefined;
let events: FileEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-file-value-'));
  path = join(folder, 'number');
  events = [];
});

afterEach(() => {
  value?.stop();
  file?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<FileValue<number>> {
  value = await createFileValue({
    paths: [path],
    interval: 5,
    read([text]) {
      if (text === undefined) throw new Error('it does not exist');
      if (!/^\d+$/.test(text)) throw new Error('it is no number');
      return Number(text);
    },
    report: (event) => void events.push(event),
  });
  return value;
}

test('a file that is wrong or missing at the start is an error', async () => {
  await expect(open()).rejects.toThrow('it does not exist');
  writeFileSync(path, 'one');
  await expect(open()).rejects.toThrow('it is no number');
});

test('a change is told, a bad one is refused once, and the value before stays until a good one', async () => {
  writeFileSync(path, '1');
  const number = await open();
  const heard: number[] = [];
  number.onChange((next) => void heard.push(next));
  expect(number.current()).toBe(1);
  writeFileSync(path, '2');
  await until(() => number.current() === 2, 'the change is there');
  writeFileSync(path, 'three');
  await until(() => events.length === 2, 'it is refused');
  expect(number.current()).toBe(2);
  writeFileSync(path, '2');
  await until(() => events.length === 3, 'it is as it was');
  expect(heard).toEqual([2, 2]);
  expect(events).toEqual([
    { kind: 'reloaded' },
    { kind: 'refused', problem: 'it is no number' },
    { kind: 'reloaded' },
  ]);
});

test('a file that cannot be read for a while is as good as before afterwards', async () => {
  writeFileSync(path, '1');
  const number = await open();
  rmSync(path);
  // A folder cannot be read as a file, whoever asks: permissions do not stop root.
  mkdirSync(path);
  await until(() => events.some(({ kind }) => kind === 'refused'), 'it is refused');
  rmSync(path, { recursive: true });
  writeFileSync(path, '1');
  await until(() => events.at(-1)?.kind === 'reloaded', 'it is as it was');
  expect(number.current()).toBe(1);
});

/** What is at the path: this text, nothing, or a folder, which cannot be read as a file, whoever asks. */
type Content = string | 'missing' | 'a folder';

function put(content: Content): void {
  rmSync(path, { recursive: true, force: true });
  if (content === 'a folder') mkdirSync(path);
  else if (content !== 'missing') writeFileSync(path, content);
}

/** Looks by itself only after an hour. */
async function watch(): Promise<WatchedFile<number>> {
  file = await createWatchedFile({
    paths: [path],
    interval: 3_600_000,
    read([text]) {
      if (text === undefined) return undefined;
      if (!/^\d+$/.test(text)) throw new Error(`${text} is no number`);
      return Number(text);
    },
    report: (event) => void events.push(event),
  });
  return file;
}

const ABSENT: ReadState<number> = { kind: 'absent' };
const BAD: ReadState<number> = { kind: 'malformed', problem: 'x is no number' };
const ONE: ReadState<number> = { kind: 'good', value: 1 };
const TWO: ReadState<number> = { kind: 'good', value: 2 };
const ONE_KEPT: ReadState<number> = { ...ONE, problem: 'x is no number' };
const UNREADABLE = expect.stringContaining('EISDIR');

describe('the state of a file that may be missing', () => {
  test.each<[contents: Content[], state: unknown, told: string]>([
    [['missing'], ABSENT, ''],
    [['x'], BAD, ''],
    [['1'], ONE, ''],

    [['missing', 'missing'], ABSENT, ''],
    [['missing', 'x'], BAD, 'refused'],
    [['missing', '1'], ONE, 'reloaded'],
    [['missing', 'a folder'], { kind: 'malformed', problem: UNREADABLE }, 'refused'],

    [['x', 'missing'], ABSENT, 'reloaded'],
    [['x', 'x'], BAD, ''],
    [['y', 'x'], BAD, 'refused'],
    [['x', '1'], ONE, 'reloaded'],
    [['x', 'a folder'], { kind: 'malformed', problem: UNREADABLE }, 'refused'],

    [['1', 'missing'], ABSENT, 'reloaded'],
    [['1', 'x'], ONE_KEPT, 'refused'],
    [['1', '1'], ONE, ''],
    [['1', '2'], TWO, 'reloaded'],
    [['1', 'a folder'], { ...ONE, problem: UNREADABLE }, 'refused'],

    [['1', 'y', 'x'], ONE_KEPT, 'refused refused'],
    [['1', 'x', 'x', 'x'], ONE_KEPT, 'refused'],
    [['1', 'x', '1'], ONE, 'refused reloaded'],
    [['1', 'x', '2'], TWO, 'refused reloaded'],
    [['1', 'x', 'missing'], ABSENT, 'refused reloaded'],
    [['1', 'missing', 'x'], BAD, 'reloaded refused'],

    [['1', 'a folder', 'a folder', 'a folder'], { ...ONE, problem: UNREADABLE }, 'refused'],
    [['1', 'a folder', '1'], ONE, 'refused reloaded'],
    [['1', 'a folder', '1', 'a folder'], { ...ONE, problem: UNREADABLE }, 'refused reloaded refused'],
    [['1', 'x', 'a folder', 'x'], ONE_KEPT, 'refused refused refused'],
    [['1', 'a folder', 'missing'], ABSENT, 'refused reloaded'],
  ])('%j', async ([first = '', ...others], state, told) => {
    put(first);
    const { look, state: read } = await watch();
    for (const content of others) {
      put(content);
      await look();
    }
    expect(read()).toEqual(state);
    expect(events.map(({ kind }) => kind).join(' ')).toBe(told);
  });

  test('is not there where the first reading fails', async () => {
    put('a folder');
    await expect(watch()).rejects.toThrow('EISDIR');
  });
});

test('who listens is told of good values, after the report; one that throws is told of and ends nothing', async () => {
  put('1');
  const { look, onChange, state } = await watch();
  const heard: unknown[] = [];
  onChange((next) => heard.push(next, events.length));
  onChange(() => {
    throw new Error('not now');
  });
  for (const content of ['2', 'x', 'missing', '3', '3']) {
    put(content);
    await look();
  }
  expect(heard).toEqual([2, 1, 3, 5]);
  expect(events.flatMap((event) => (event.kind === 'refused' ? [event.problem] : [event.kind]))).toEqual([
    'reloaded',
    'not now',
    'x is no number',
    'reloaded',
    'reloaded',
    'not now',
  ]);
  expect(state()).toEqual({ kind: 'good', value: 3 });
});

test('looks that come at once are one, and there are none after the end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    put('1');
    const { look, stop } = await watch();
    put('2');
    await Promise.all([look(), look(), look()]);
    expect(events).toEqual([{ kind: 'reloaded' }]);
    expect(vi.getTimerCount()).toBe(1);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a look that is on its way at the end tells nothing', async () => {
  put('1');
  const { look, state, stop } = await watch();
  put('2');
  const looking = look();
  stop();
  await looking;
  expect(events).toEqual([]);
  expect(state()).toEqual({ kind: 'good', value: 1 });
});

test('a value that is wrong at the start leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    put('x');
    await expect(open()).rejects.toThrow('it is no number');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
