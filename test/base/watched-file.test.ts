import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.ts';
import { createFileValue, type FileEvent, type FileValue } from '../../src/base/watched-file.ts';
import { until } from '../support/until.ts';

let folder: string;
let path: string;
let value: FileValue<number> | undefined;
let file: FileValue<number> | undefined;
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
async function watch(paths = [path]): Promise<FileValue<number>> {
  file = await createFileValue({
    paths,
    interval: 3_600_000,
    read([text], before) {
      if (text === undefined && before === undefined) return 0;
      if (text === undefined) throw new Error(`it is gone, and was ${before}`);
      if (!/^\d+$/.test(text)) throw new Error(`${text} is no number`);
      return Number(text);
    },
    report: (event) => void events.push(event),
  });
  return file;
}

const BAD = 'x is no number';
const UNREADABLE = expect.stringMatching(/number is a folder: give the file in it$/);

describe('a file that may be missing at the start', () => {
  test.each<[contents: Content[], value: number, problem: unknown, told: string]>([
    [['missing'], 0, undefined, ''],
    [['1'], 1, undefined, ''],

    [['missing', 'missing'], 0, undefined, ''],
    [['missing', 'x'], 0, BAD, 'refused'],
    [['missing', '1'], 1, undefined, 'reloaded'],
    [['missing', 'a folder'], 0, UNREADABLE, 'refused'],

    [['1', 'missing'], 1, 'it is gone, and was 1', 'refused'],
    [['1', 'missing', 'missing', 'missing'], 1, 'it is gone, and was 1', 'refused'],
    [['1', 'x'], 1, BAD, 'refused'],
    [['1', '1'], 1, undefined, ''],
    [['1', '2'], 2, undefined, 'reloaded'],
    [['1', 'a folder'], 1, UNREADABLE, 'refused'],

    [['1', 'y', 'x'], 1, BAD, 'refused refused'],
    [['1', 'x', 'x', 'x'], 1, BAD, 'refused'],
    [['1', 'x', '1'], 1, undefined, 'refused reloaded'],
    [['1', 'x', '2'], 2, undefined, 'refused reloaded'],
    [['1', 'x', 'missing'], 1, 'it is gone, and was 1', 'refused refused'],
    [['1', 'missing', 'x'], 1, BAD, 'refused refused'],
    [['1', 'missing', '2'], 2, undefined, 'refused reloaded'],

    [['1', 'a folder', 'a folder', 'a folder'], 1, UNREADABLE, 'refused'],
    [['1', 'a folder', '1'], 1, undefined, 'refused reloaded'],
    [['1', 'a folder', '1', 'a folder'], 1, UNREADABLE, 'refused reloaded refused'],
    [['1', 'x', 'a folder', 'x'], 1, BAD, 'refused refused refused'],
    [['1', 'a folder', 'missing'], 1, 'it is gone, and was 1', 'refused refused'],
  ])('%j', async ([first = '', ...others], value, problem, told) => {
    put(first);
    const { look, current, problem: read } = await watch();
    for (const content of others) {
      put(content);
      await look();
    }
    expect([current(), read()]).toEqual([value, problem]);
    expect(events.map(({ kind }) => kind).join(' ')).toBe(told);
  });

  test.each<[content: Content, problem: string]>([
    ['a folder', 'is a folder: give the file in it'],
    ['x', BAD],
  ])('is a mistake of configuration where it is %j then', async (content, problem) => {
    put(content);
    const error = await watch().catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(problem);
  });

  test('is told of once with others that cannot be read, whichever fails first', async () => {
    const other = join(folder, 'other');
    put('1');
    writeFileSync(other, '2');
    const { look, problem } = await watch([path, other]);
    put('a folder');
    rmSync(other);
    mkdirSync(other);
    for (let count = 0; count < 30; count += 1) await look();
    expect(events).toHaveLength(1);
    expect(problem()).toMatch(/number is a folder: .*; .*other is a folder: /);
  });
});

test('who listens is told of good values, after the report; one that throws is told of and ends nothing', async () => {
  put('1');
  const { current, look, onChange } = await watch();
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
    'it is gone, and was 2',
    'reloaded',
    'not now',
  ]);
  expect(current()).toBe(3);
});

describe('files that are swapped while they are read', () => {
  /** The first of two files is read before the swap, the second after it, as often as is told. */
  async function watchSwaps(): Promise<{
    readonly value: FileValue<string>;
    readonly swap: (to: string, torn: number) => void;
  }> {
    let [before, after, torn] = ['a', 'a', 0];
    const value = await createFileValue<string>({
      paths: ['first', 'second'],
      interval: 3_600_000,
      read([first, second]) {
        if (first !== second || first === undefined) throw new Error(`${first} and ${second} are no pair`);
        return first;
      },
      report: (event) => void events.push(event),
      async readText(path) {
        const isTorn = torn > 0;
        if (path === 'second' && isTorn) torn -= 1;
        return path === 'first' && isTorn ? before : after;
      },
    });
    const swap = (to: string, times: number): void => {
      [before, after, torn] = [after, to, times];
    };
    return { value, swap };
  }

  test('are read again, and nothing is refused', async () => {
    const { value, swap } = await watchSwaps();
    swap('b', 1);
    await value.look();
    expect([value.current(), events]).toEqual(['b', [{ kind: 'reloaded' }]]);
    value.stop();
  });

  test('are refused where both readings say the same', async () => {
    const { value, swap } = await watchSwaps();
    swap('b', 2);
    await value.look();
    expect([value.current(), value.problem()]).toEqual(['a', 'a and b are no pair']);
    await value.look();
    expect([value.current(), events.map(({ kind }) => kind)]).toEqual(['b', ['refused', 'reloaded']]);
    value.stop();
  });

  test('over and over are read a few times only', async () => {
    let readings = 0;
    const value = await createFileValue({
      paths: ['first'],
      interval: 3_600_000,
      read: ([text]) => Number(text),
      report: (event) => void events.push(event),
      async readText() {
        readings += 1;
        return String(readings);
      },
    });
    await value.look();
    expect([value.current(), readings]).toEqual([8, 8]);
    value.stop();
  });
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
  const { current, look, stop } = await watch();
  put('2');
  const looking = look();
  stop();
  await looking;
  expect(events).toEqual([]);
  expect(current()).toBe(1);
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

test.each([
  ['a pipe', () => execFileSync('mkfifo', [path]), 'it is a pipe, which cannot be read twice: give a file'],
  [
    'a file without an end',
    () => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 40);
    },
    'it is longer than 33554432 bytes: is it the right file?',
  ],
])('%s in place of a file is refused, and what stood there before serves on', async (_, replace, problem) => {
  writeFileSync(path, '1');
  const opened = await open();
  rmSync(path);
  replace();
  await until(() => opened.problem() !== undefined, 'it is met');
  expect(opened.problem()).toBe(`${path}: ${problem}`);
  rmSync(path);
  writeFileSync(path, '2');
  await until(() => opened.current() === 2, 'the file is back');
});
