import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileValue, type FileValue, type FileValueEvent } from '../../src/base/watched-value.ts';
import { until } from '../support/until.ts';

let folder: string;
let path: string;
let value: FileValue<number> | undefined;
let events: FileValueEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-file-value-'));
  path = join(folder, 'number');
  events = [];
});

afterEach(() => {
  value?.stop();
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
  const { mkdirSync, rmdirSync } = await import('node:fs');
  mkdirSync(path);
  await until(() => events.some(({ kind }) => kind === 'refused'), 'it is refused');
  rmdirSync(path);
  writeFileSync(path, '1');
  await until(() => events.at(-1)?.kind === 'reloaded', 'it is as it was');
  expect(number.current()).toBe(1);
});
