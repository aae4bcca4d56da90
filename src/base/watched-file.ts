import { readFile, stat } from 'node:fs/promises';
import { ConfigurationError, readErrorCode, toError } from './errors.ts';
import { decodeText, describeFileError } from './text-file.ts';
import { keepLastGood, type Reading, type ReadState } from './watched-state.ts';

/** The text of each file, in the order of the paths; undefined for one that is missing. */
export type FileTexts = readonly (string | undefined)[];

export type FileEvent =
  /** What the files say now is taken. */
  | { readonly kind: 'reloaded' }
  /** The value before stays. */
  | { readonly kind: 'refused'; readonly problem: string };

export interface FileValueOptions<T> {
  readonly paths: readonly string[];
  /** ms between two looks at the files; absent: only {@link FileValue.look} looks */
  readonly interval?: number;
  /**
   * What the files say.
   * @param before the value that is held; undefined at the first reading
   * @throws Error that names the file and says what to do
   */
  readonly read: (texts: FileTexts, before: T | undefined) => T;
  /** Told of each change, and once of files that cannot be read; not of the first reading. */
  readonly report: (event: FileEvent) => void;
  /** The text at a path, undefined where there is none; of the file system unless told. */
  readonly readText?: ReadText;
}

type ReadText = (path: string) => Promise<string | undefined>;

/** Small files that make one value together, and were good at the start, so that there is a value at any time. */
export interface FileValue<T> {
  current(): T;
  /** What is wrong with the newest reading, which is why the value before stays. */
  problem(): string | undefined;
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
 * @throws ConfigurationError of `read` or of the file system, at the first reading: the operator is there then, to mend it
 */
export async function createFileValue<T>(options: FileValueOptions<T>): Promise<FileValue<T>> {
  const { paths, interval, read, report, readText = readIfPresent } = options;
  const listeners: ((value: T) => void)[] = [];
  let last: FileTexts | Error | undefined = await readSettled(paths, readText, undefined);
  let state: Held<T> = toFirst(last instanceof Error ? toMalformed(last) : toReading(read, last, undefined));
  let looking: Promise<void> | undefined;
  let stopped = false;

  function take(reading: Reading<T>): void {
    const next = keepLastGood(state, reading);
    if (next.kind === 'good') state = next;
    if (reading.kind === 'malformed') report({ kind: 'refused', problem: reading.problem });
    else report({ kind: 'reloaded' });
    if (reading.kind === 'good') for (const listener of listeners) listener(reading.value);
  }

  async function readAgain(): Promise<void> {
    const texts = await readSettled(paths, readText, last);
    // A file that cannot be read is looked at again each time, and once is enough to say so.
    if (stopped || isSame(texts, last)) return;
    last = texts;
    take(texts instanceof Error ? toMalformed(texts) : toReading(read, texts, state.value));
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

  const timer = interval === undefined ? undefined : setInterval(() => void look(), interval).unref();
  return {
    current: () => state.value,
    problem: () => state.problem,
    onChange: (listener) => void listeners.push(listener),
    look,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

type Held<T> = Extract<ReadState<T>, { readonly kind: 'good' }>;

function toFirst<T>(reading: Reading<T>): Held<T> {
  if (reading.kind === 'good') return reading;
  throw new ConfigurationError(reading.kind === 'malformed' ? reading.problem : 'there is no such file');
}

function toReading<T>(
  read: FileValueOptions<T>['read'],
  texts: FileTexts,
  before: T | undefined,
): Reading<T> {
  try {
    return { kind: 'good', value: read(texts, before) };
  } catch (error) {
    return toMalformed(toError(error));
  }
}

function toMalformed({ message: problem }: Error): Extract<Reading<never>, { readonly kind: 'malformed' }> {
  return { kind: 'malformed', problem };
}

function isSame(texts: FileTexts | Error, before: FileTexts | Error | undefined): boolean {
  if (texts instanceof Error) return before instanceof Error && texts.message === before.message;
  return Array.isArray(before) && texts.every((text, index) => text === before[index]);
}

/** Swaps come one at a time; files that change faster than they are read are taken as they are. */
const MOST_READINGS = 4;

/**
 * Files that are swapped together may be read half before and half after it, and would be refused for that. So a change
 * counts once two readings in a row say the same.
 */
async function readSettled(
  paths: readonly string[],
  readText: ReadText,
  last: FileTexts | Error | undefined,
): Promise<FileTexts | Error> {
  let texts = await readFiles(paths, readText);
  for (let readings = 1; readings < MOST_READINGS && !isSame(texts, last); readings += 1) {
    const again = await readFiles(paths, readText);
    if (isSame(again, texts)) return again;
    texts = again;
  }
  return texts;
}

/** @returns an Error with all that cannot be read, in the order of the paths, so that it is the same at each look */
async function readFiles(paths: readonly string[], readText: ReadText): Promise<FileTexts | Error> {
  const readings = await Promise.allSettled(paths.map((path) => readText(path)));
  const problems = readings.flatMap((each) =>
    each.status === 'rejected' ? [toError(each.reason).message] : [],
  );
  if (problems.length > 0) return new Error(problems.join('; '));
  return readings.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
}

/** Bytes: more than any file that is followed has, and little enough to be held twice. */
const MOST_BYTES = 32 * 1024 * 1024;

/** @throws Error in one sentence, except for a missing file, which is undefined */
async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    // To read it would wait for whoever writes into it, and keep one of Node's four threads for files until then.
    if (found.isFIFO()) throw new Error('it is a pipe, which cannot be read twice: give a file');
    if (found.size > MOST_BYTES)
      throw new Error(`it is longer than ${MOST_BYTES} bytes: is it the right file?`);
    return decodeText(await readFile(path));
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw new Error(describeFileError(path, error), { cause: error });
  }
}
