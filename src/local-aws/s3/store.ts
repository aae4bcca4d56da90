/** An object. Header names are lower-case. */
export interface StoredObject {
  readonly data: Buffer;
  /** MD5 of the data, hexadecimal. */
  readonly md5: string;
  /** ms since epoch */
  readonly modified: number;
  /** What GetObject answers with: content type and the like, and `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Checksum header → value, where the client sent one. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Where objects outlive the process. What rejects becomes an InternalError, and nothing has changed then. */
export interface ObjectDisk {
  createBucket(bucket: string): Promise<void>;
  removeBucket(bucket: string): Promise<void>;
  write(bucket: string, key: string, object: StoredObject): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
}

export interface StoreLimits {
  readonly buckets: number;
  /** Over all buckets. */
  readonly objects: number;
  /** Over all objects. */
  readonly bytes: number;
}

/** All objects of one machine are few and small; they are held in memory also where a folder keeps them. */
const STORE_LIMITS: StoreLimits = { buckets: 100, objects: 10_000, bytes: 256 * 1_024 * 1_024 };

export interface ObjectStore {
  buckets(): readonly { readonly name: string; readonly created: number }[];
  hasBucket(bucket: string): boolean;
  createBucket(bucket: string, created: number): Promise<'created' | 'present' | 'full'>;
  /** @returns false where it is not empty */
  removeBucket(bucket: string): Promise<boolean>;
  get(bucket: string, key: string): StoredObject | undefined;
  /** Nothing else can come between `condition` and the change. */
  put(bucket: string, key: string, change: Change): Promise<'stored' | 'full' | 'condition' | 'no-bucket'>;
  remove(bucket: string, key: string): Promise<void>;
  /** In the order of their bytes, as S3 lists them. */
  keys(bucket: string): readonly string[];
}

export interface Change {
  readonly object: StoredObject;
  condition(present: StoredObject | undefined): boolean;
}

interface Bucket {
  readonly created: number;
  readonly objects: Map<string, StoredObject>;
}

/** What a disk had, by bucket and key. */
export type StoredBuckets = ReadonlyMap<
  string,
  { readonly created: number; readonly objects: ReadonlyMap<string, StoredObject> }
>;

const NO_DISK: ObjectDisk = {
  createBucket: () => Promise.resolve(),
  removeBucket: () => Promise.resolve(),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

export interface StoreOptions {
  readonly limits?: StoreLimits;
  readonly disk?: { readonly disk: ObjectDisk; readonly found: StoredBuckets };
}

/**
 * Changes are made one after the other, each on the disk and then in memory: what is read is what the disk has, whichever
 * change before it failed, and there is nothing to take back.
 */
export function createObjectStore({ limits = STORE_LIMITS, disk: kept }: StoreOptions = {}): ObjectStore {
  const { disk, found } = kept ?? { disk: NO_DISK, found: new Map() };
  const buckets = new Map<string, Bucket>();
  for (const [name, { created, objects }] of found) buckets.set(name, { created, objects: new Map(objects) });
  const inOrder = createQueue();
  return {
    buckets: () => [...buckets].map(([name, { created }]) => ({ name, created })).sort(byName),
    hasBucket: (bucket) => buckets.has(bucket),
    createBucket: (bucket, created) =>
      inOrder(async () => {
        if (buckets.has(bucket)) return 'present';
        if (buckets.size >= limits.buckets) return 'full';
        await disk.createBucket(bucket);
        buckets.set(bucket, { created, objects: new Map() });
        return 'created';
      }),
    removeBucket: (bucket) =>
      inOrder(async () => {
        const present = buckets.get(bucket);
        if (present === undefined || present.objects.size > 0) return present === undefined;
        await disk.removeBucket(bucket);
        return buckets.delete(bucket);
      }),
    get: (bucket, key) => buckets.get(bucket)?.objects.get(key),
    put: (bucket, key, { object, condition }) =>
      inOrder(async () => {
        const objects = buckets.get(bucket)?.objects;
        if (objects === undefined) return 'no-bucket';
        const present = objects.get(key);
        if (!condition(present)) return 'condition';
        if (!fits(object, present, { buckets, limits })) return 'full';
        await disk.write(bucket, key, object);
        objects.set(key, object);
        return 'stored';
      }),
    remove: (bucket, key) =>
      inOrder(async () => {
        const objects = buckets.get(bucket)?.objects;
        if (!objects?.has(key)) return;
        await disk.remove(bucket, key);
        objects.delete(key);
      }),
    keys: (bucket) => sortByBytes([...(buckets.get(bucket)?.objects.keys() ?? [])]),
  };
}

interface Room {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly limits: StoreLimits;
}

function fits(object: StoredObject, present: StoredObject | undefined, { buckets, limits }: Room): boolean {
  const all = [...buckets.values()].flatMap(({ objects }) => [...objects.values()]);
  const bytes = all.reduce((sum, { data }) => sum + data.length, 0) - (present?.data.length ?? 0);
  return (present !== undefined || all.length < limits.objects) && bytes + object.data.length <= limits.bytes;
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

/** JavaScript compares UTF-16, and S3 UTF-8: they differ where a character needs two units. */
function sortByBytes(keys: readonly string[]): string[] {
  return keys
    .map((key) => Buffer.from(key))
    .sort(Buffer.compare)
    .map((bytes) => bytes.toString());
}

/** One piece of work at a time, in the order in which it came; one that fails holds up none. */
function createQueue(): <Outcome>(work: () => Promise<Outcome>) => Promise<Outcome> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}
