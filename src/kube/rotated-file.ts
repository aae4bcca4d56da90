import { createElapsed } from '../base/elapsed.ts';

/** A credential that is mounted as a file and replaced while we run. */
export interface RotatedFile<T> {
  /**
   * The value, read anew where it is older than a minute: the kubelet renews files well before what they hold expires, and
   * client-go reads them as often.
   * @throws what reading throws, the first time
   */
  read(): Promise<T>;
  /** The value of the last reading. */
  latest(): T;
  /** The next `read` goes to the file. */
  expire(): void;
}

export interface RotatedFileOptions<T> {
  /**
   * @param before the value that is held; undefined at the first reading
   * @throws Error where there is nothing good; the value before stays then, but for the first time
   */
  readonly read: (before: T | undefined) => Promise<T>;
  /** ms; only differences count */
  readonly now: () => number;
}

const MAX_AGE_MS = 60_000;

/** @throws what reading throws, the first time */
export async function createRotatedFile<T>({ read, now }: RotatedFileOptions<T>): Promise<RotatedFile<T>> {
  const elapsed = createElapsed(now);
  let readAt = 0;
  let value = await read(undefined);
  return {
    async read() {
      const at = elapsed();
      if (at - readAt < MAX_AGE_MS) return value;
      readAt = at;
      try {
        value = await read(value);
      } catch {
        // A file in the middle of its rotation: what was read before is good for a while.
      }
      return value;
    },
    latest: () => value,
    expire() {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}
