import { readFile } from 'node:fs/promises';
import { readErrorCode, toError } from './errors.ts';
import { decodeText } from './text-file.ts';
import { keepLastGood, type Reading, type ReadState } from './watched-state.ts';

/** The text of each file, in the order of the paths; undefined for one that is missing. */
export type FileTexts = readonly (string | undefined)[];

export type FileEvent =
  /** What the files say now is taken; where they may be missing, that too. */
  | { readonly kind: 'reloaded' }
  /** The value before stays. */
  | { readonly kind: 'refused'; readonly problem: string };

export interface WatchedFileOptions<T> {
  readonly paths: readonly string[];
  /** ms between two looks at the files */
  readonly interval: number;
  /**
   * What the files say; undefined: nothing, since they may be missing and are.
   * @throws Error that names the file and says what to do
   */
  readonly read: (texts: FileTexts) => T | undefined;
  /** Told of each change, and once of files that cannot be read; not of the first reading. */
  readonly report: (event: FileEvent) => void;
}

/** Small files that make one value together. */
export interface WatchedFile<T> {
  state(): ReadState<T>;
  /** Called after `report`, with good values only. */
  onChange(listener: (value: T) => void): void;
  /** Looks once, now. */
  look(): Promise<void>;
  /** Nothing is told afterwards, not even by a look that is on its way. */
  stop(): void;
}

/**
 * Looks at small files again and again and compares what they say. Notification by the kernel is no good here: kubelet
 * swaps the symlink of a mounted Secret or ConfigMap, which no watch on the path itself ever sees.
 * @throws Error of the file system, at the first reading
 */
export async function createWatchedFile<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
  const { paths, interval, read, report } = options;
  const listeners: ((value: T) => void)[] = [];
  let last: FileTexts | undefined = await readFiles(paths);
  let state = keepLastGood({ kind: 'pending' }, toReading(read, last));
  let unreadable: string | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;

  function take(reading: Reading<T>): void {
    state = keepLastGood(state, reading);
    if (reading.kind === 'malformed') report({ kind: 'refused', problem: reading.problem });
    else report({ kind: 'reloaded' });
    if (reading.kind === 'good') for (const listener of listeners) listener(reading.value);
  }

  async function readAgain(): Promise<void> {
    const texts = await readFiles(paths).catch(toError);
    if (stopped) return;
    const before = unreadable;
    unreadable = texts instanceof Error ? texts.message : undefined;
    if (texts instanceof Error) {
      // What comes after is news, also where it is what was there before.
      last = undefined;
      // A file that cannot be read is looked at again each time, and once is enough to say so.
      if (unreadable !== before) take({ kind: 'malformed', problem: texts.message });
    } else if (!isSame(texts, last)) {
      last = texts;
      take(toReading(read, texts));
    }
  }

  function look(): Promise<void> {
    looking ??= readAgain()
      // Whoever listens did not take it.
      .catch((error: unknown) => report({ kind: 'refused', problem: toError(error).message }))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  const timer = setInterval(() => void look(), interval);
  timer.unref();
  return {
    state: () => state,
    onChange: (listener) => void listeners.push(listener),
    look,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

export interface FileValueOptions<T> extends WatchedFileOptions<T> {
  readonly read: (texts: FileTexts) => T;
}

/** Files that were good at the start, so that there is a value at any time. */
export interface FileValue<T> extends WatchedFile<T> {
  current(): T;
}

/** @throws Error of `read` or of the file system, at the first reading */
export async function createFileValue<T>(options: FileValueOptions<T>): Promise<FileValue<T>> {
  const file = await createWatchedFile(options);
  const first = file.state();
  if (first.kind !== 'good') {
    file.stop();
    throw new Error(first.kind === 'malformed' ? first.problem : `nothing in ${options.paths.join(', ')}`);
  }
  return {
    ...file,
    current() {
      const state = file.state();
      // It stays good: `read` knows no absence, and a bad change is refused.
      return state.kind === 'good' ? state.value : first.value;
    },
  };
}

function toReading<T>(read: (texts: FileTexts) => T | undefined, texts: FileTexts): Reading<T> {
  try {
    const value = read(texts);
    return value === undefined ? { kind: 'absent' } : { kind: 'good', value };
  } catch (error) {
    return { kind: 'malformed', problem: toError(error).message };
  }
}

function isSame(texts: FileTexts, before: FileTexts | undefined): boolean {
  return before !== undefined && texts.every((text, index) => text === before[index]);
}

/** @throws Error of the file system, except for a missing file, which is undefined */
async function readFiles(paths: readonly string[]): Promise<FileTexts> {
  return await Promise.all(paths.map(readIfPresent));
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
