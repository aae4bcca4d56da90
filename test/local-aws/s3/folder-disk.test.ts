import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFolderDisk, toFileName } from '../../../src/local-aws/s3/folder-disk.ts';
import { createObjectStore, type ObjectStore, type StoredObject } from '../../../src/local-aws/s3/store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iam-bridge-objects-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const toObject = (text: string, md5 = 'x'): StoredObject => ({
  data: Buffer.from(text),
  md5,
  modified: 1_000,
  headers: { 'content-type': 'text/plain', 'x-amz-meta-note': 'ä' },
  checksums: {},
});

async function open(): Promise<ObjectStore> {
  return createObjectStore({ disk: await openFolderDisk(folder) });
}

const store = (objects: ObjectStore, key: string, object = toObject(key)) =>
  objects.put('bucket', key, { object, condition: () => true });

describe('a folder', () => {
  test('keeps objects for the next start, under names that people can read', async () => {
    const first = await open();
    await first.createBucket('bucket', 0);
    for (const key of ['s3echoer-1700000000', '../escape', 'deep/Key', 'gone']) await store(first, key);
    await first.remove('bucket', 'gone');
    expect((await readdir(join(folder, 'bucket'))).sort()).toEqual([
      '%2e.%2fescape',
      '.about',
      'deep%2f%4bey',
      's3echoer-1700000000',
    ]);
    expect(await readFile(join(folder, 'bucket', 's3echoer-1700000000'), 'utf8')).toBe('s3echoer-1700000000');
    const second = await open();
    expect(second.keys('bucket')).toEqual(['../escape', 'deep/Key', 's3echoer-1700000000']);
    expect(second.get('bucket', 'deep/Key')).toMatchObject({
      data: Buffer.from('deep/Key'),
      headers: toObject('').headers,
    });
  });

  test('keeps buckets, and removes them', async () => {
    const objects = await open();
    await objects.createBucket('bucket', 0);
    expect((await open()).hasBucket('bucket')).toBe(true);
    expect(await objects.removeBucket('bucket')).toBe(true);
    expect((await open()).hasBucket('bucket')).toBe(false);
  });

  test('of files that are not described so is refused by name', async () => {
    const objects = await open();
    await objects.createBucket('bucket', 0);
    await store(objects, 'key');
    const file = join(folder, 'bucket', '.about', 'key.json');
    for (const text of [
      '{"key":"key","modified":1e300}',
      '{"key":"../other","modified":1}',
      '{"key',
      '{"key":"key","key":"key","modified":1}',
    ]) {
      await writeFile(file, text);
      await expect(open()).rejects.toThrow(`${file} does not describe an object`);
    }
  });

  test('that cannot be written takes the change back', async () => {
    const objects = await open();
    await objects.createBucket('bucket', 0);
    await store(objects, 'key', toObject('old'));
    await rm(join(folder, 'bucket'), { recursive: true });
    await writeFile(join(folder, 'bucket'), 'a file where the folder was');
    await expect(store(objects, 'key', toObject('new'))).rejects.toThrow();
    await expect(store(objects, 'other')).rejects.toThrow();
    expect(objects.get('bucket', 'key')?.data.toString()).toBe('old');
    expect(objects.keys('bucket')).toEqual(['key']);
  });
});

describe('the name of a file', () => {
  test('never leaves the folder, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (key) => {
        // The longest are too many characters for a file system.
        const name = toFileName(key.repeat(4));
        expect(name).toMatch(/^[a-z0-9_%-][a-z0-9_.%~-]*$/);
        expect(name.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 50 },
    );
  });

  test('is another for another key, also where case is ignored', () => {
    const keys = [
      'a',
      'A',
      '%41',
      'a/',
      'a%2f',
      '.a',
      '%2ea',
      'x'.repeat(250),
      `${'x'.repeat(250)}y`,
      'X'.repeat(250),
    ];
    expect(new Set(keys.map((key) => toFileName(key).toLowerCase())).size).toBe(keys.length);
  });
});
