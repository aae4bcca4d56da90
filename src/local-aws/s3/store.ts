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

/** Where objects outlive the process. What rejects becomes an InternalError, and the change is taken back. */
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
  createBucket(bucket: string, created: number): Promise<'created' | 'full'>;
  /** @returns false where it is not empty */
  removeBucket(bucket: string): Promise<boolean>;
  get(bucket: string, key: string): StoredObject | undefined;
  /** The bucket must be there. Nothing else can come between `condition` and the change. */
  put(bucket: string, key: string, change: Change): Promise<'stored' | 'full' | 'condition'>;
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

export function createObjectStore({ limits = STORE_LIMITS, disk: kept }: StoreOptions = {}): ObjectStore {
  const { disk, found } = kept ?? { disk: NO_DISK, found: new Map() };
  const buckets = new Map<string, Bucket>();
  for (const [name, { created, objects }] of found) buckets.set(name, { created, objects: new Map(objects) });
  const inOrder = createQueue();
  const all = (): StoredObject[] => [...buckets.values()].flatMap(({ objects }) => [...objects.values()]);
  const fits = (object: StoredObject, present: StoredObject | undefined): boolean => {
    const objects = all();
    const bytes = objects.reduce((sum, { data }) => sum + data.length, 0) - (present?.data.length ?? 0);
    return (
      (present !== undefined || objects.length < limits.objects) && bytes + object.data.length <= limits.bytes
    );
  };
  return {
    buckets: () => [...buckets].map(([name, { created }]) => ({ name, created })).sort(byName),
    hasBucket: (bucket) => buckets.has(bucket),
    async createBucket(bucket, created) {
      if (buckets.size >= limits.buckets) return 'full';
      buckets.set(bucket, { created, objects: new Map() });
      await inOrder(
        () => disk.createBucket(bucket),
        () => buckets.delete(bucket),
      );
      return 'created';
    },
    async removeBucket(bucket) {
      const present = buckets.get(bucket);
      if (present === undefined || present.objects.size > 0) return present === undefined;
      buckets.delete(bucket);
      await inOrder(
        () => disk.removeBucket(bucket),
        () => buckets.set(bucket, present),
      );
      return true;
    },
    get: (bucket, key) => buckets.get(bucket)?.objects.get(key),
    async put(bucket, key, { object, condition }) {
      const objects = buckets.get(bucket)?.objects ?? new Map<string, StoredObject>();
      const present = objects.get(key);
      if (!condition(present)) return 'condition';
      if (!fits(object, present)) return 'full';
      objects.set(key, object);
      await inOrder(
        () => disk.write(bucket, key, object),
        () => restore(objects, key, present),
      );
      return 'stored';
    },
    async remove(bucket, key) {
      const objects = buckets.get(bucket)?.objects;
      const present = objects?.get(key);
      if (objects === undefined || present === undefined) return;
      objects.delete(key);
      await inOrder(
        () => disk.remove(bucket, key),
        () => restore(objects, key, present),
      );
    },
    keys: (bucket) => sortByBytes([...(buckets.get(bucket)?.objects.keys() ?? [])]),
  };
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

function restore(objects: Map<string, StoredObject>, key: string, present: StoredObject | undefined): void {
  if (present === undefined) objects.delete(key);
  else objects.set(key, present);
}

/** JavaScript compares UTF-16, and S3 UTF-8: they differ where a character needs two units. */
function sortByBytes(keys: readonly string[]): string[] {
  return keys
    .map((key) => Buffer.from(key))
    .sort(Buffer.compare)
    .map((bytes) => bytes.toString());
}

/** The disk sees changes in the order in which memory saw them. */
function createQueue(): (work: () => Promise<void>, undo: () => void) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work, undo) => {
    const done = last.then(work).catch((error: unknown) => {
      undo();
      throw error;
    });
    last = done.catch(() => {});
    return done;
  };
}
