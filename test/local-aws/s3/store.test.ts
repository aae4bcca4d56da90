import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createObjectStore,
  type ObjectDisk,
  type ObjectStore,
  type StoredObject,
} from '../../../src/local-aws/s3/store.ts';

const toObject = (text: string): StoredObject => ({
  data: Buffer.from(text),
  md5: text,
  modified: 1_000,
  headers: {},
  checksums: {},
});

/** A disk of which each call takes a turn of the event loop, and fails where `fails` says so. */
function createFlakyDisk(fails: () => boolean) {
  const buckets = new Map<string, Map<string, string>>();
  const attempt = async (change: () => void): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (fails()) throw new Error('ENOSPC');
    change();
  };
  const at = (bucket: string): Map<string, string> => {
    const objects = buckets.get(bucket) ?? new Map<string, string>();
    buckets.set(bucket, objects);
    return objects;
  };
  const disk: ObjectDisk = {
    createBucket: (bucket) => attempt(() => at(bucket)),
    removeBucket: (bucket) => attempt(() => buckets.delete(bucket)),
    write: (bucket, key, { md5 }) => attempt(() => at(bucket).set(key, md5)),
    remove: (bucket, key) => attempt(() => buckets.get(bucket)?.delete(key)),
  };
  return { disk, buckets };
}

/** The n-th call of the disk fails, from 0. */
function failAt(...numbers: readonly number[]): () => boolean {
  let call = 0;
  return () => numbers.includes(call++);
}

function show(objects: ObjectStore): Record<string, Record<string, string | undefined>> {
  const names = objects.buckets().map(({ name }) => name);
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(objects.keys(name).map((key) => [key, objects.get(name, key)?.md5])),
    ]),
  );
}

const put = (objects: ObjectStore, key: string, text: string) =>
  objects.put('bucket', key, { object: toObject(text), condition: () => true });

async function open(fails: () => boolean) {
  const { disk, buckets } = createFlakyDisk(fails);
  const objects = createObjectStore({
    disk: { disk, found: new Map([['bucket', { created: 0, objects: new Map() }]]) },
  });
  buckets.set('bucket', new Map());
  const onDisk = () =>
    Object.fromEntries([...buckets].map(([name, entries]) => [name, Object.fromEntries(entries)]));
  return { objects, onDisk };
}

describe('a write that the disk refuses', () => {
  test('takes nothing from a newer one that the disk took', async () => {
    const { objects, onDisk } = await open(failAt(0));
    const [first, second] = await Promise.allSettled([
      put(objects, 'key', 'one'),
      put(objects, 'key', 'two'),
    ]);
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
    expect(show(objects)).toEqual({ bucket: { key: 'two' } });
    expect(onDisk()).toEqual(show(objects));
  });

  test('followed by another leaves what the disk has, and not what the first had tried', async () => {
    const { objects, onDisk } = await open(failAt(1, 2));
    await put(objects, 'key', 'zero');
    await Promise.allSettled([put(objects, 'key', 'one'), put(objects, 'key', 'two')]);
    expect(show(objects)).toEqual({ bucket: { key: 'zero' } });
    expect(onDisk()).toEqual(show(objects));
  });

  test('holds no condition for who comes after it', async () => {
    const { objects } = await open(failAt(0));
    const condition = (present: StoredObject | undefined) => present === undefined;
    const create = (text: string) => objects.put('bucket', 'key', { object: toObject(text), condition });
    const outcomes = await Promise.allSettled([create('one'), create('two'), create('three')]);
    expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : 'failed'))).toEqual([
      'failed',
      'stored',
      'condition',
    ]);
  });

  test('is not read meanwhile', async () => {
    const { objects } = await open(failAt(0));
    const writing = put(objects, 'key', 'one');
    expect(objects.get('bucket', 'key')).toBeUndefined();
    await expect(writing).rejects.toThrow('ENOSPC');
    expect(objects.get('bucket', 'key')).toBeUndefined();
  });
});

describe('buckets', () => {
  test('created twice at once are created once, and keep what came between', async () => {
    const { objects } = await open(() => false);
    const outcomes = await Promise.all([
      objects.createBucket('other', 1),
      objects.put('other', 'key', { object: toObject('one'), condition: () => true }),
      objects.createBucket('other', 2),
    ]);
    expect(outcomes).toEqual(['created', 'stored', 'present']);
    expect(show(objects)['other']).toEqual({ key: 'one' });
  });

  test('that are being removed take no object that nobody could read', async () => {
    const { objects, onDisk } = await open(() => false);
    expect(await Promise.all([objects.removeBucket('bucket'), put(objects, 'key', 'one')])).toEqual([
      true,
      'no-bucket',
    ]);
    expect(onDisk()).toEqual({});
  });
});

test('memory has what the disk has, whatever fails and however it overlaps', async () => {
  const change = fc.record({
    kind: fc.constantFrom('put', 'remove', 'create', 'drop'),
    bucket: fc.constantFrom('bucket', 'other'),
    key: fc.constantFrom('a', 'b'),
    text: fc.string({ maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      async (changes, fate) => {
        const { objects, onDisk } = await open(() => fate.next().value === true);
        await Promise.allSettled(
          changes.map(({ kind, bucket, key, text }): Promise<unknown> => {
            if (kind === 'put')
              return objects.put(bucket, key, { object: toObject(text), condition: () => true });
            if (kind === 'remove') return objects.remove(bucket, key);
            return kind === 'create' ? objects.createBucket(bucket, 1) : objects.removeBucket(bucket);
          }),
        );
        expect(show(objects)).toEqual(onDisk());
      },
    ),
    { numRuns: 100 },
  );
});
