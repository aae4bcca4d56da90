import { readFile } from 'node:fs/promises';

/** The text of each file, in the order of the paths; undefined for one that is missing. */
export type FileTexts = readonly (string | undefined)[];

export interface WatchedFilesOptions {
  readonly paths: readonly string[];
  /** ms between two looks */
  readonly interval: number;
  /** Called with all texts whenever one of them differs from the look before. */
  readonly onChange: (texts: FileTexts) => void;
  /** Called when a file that is there cannot be read. */
  readonly onError: (error: Error) => void;
}

export interface WatchedFiles {
  /** Looks once, now. */
  look(): Promise<void>;
  stop(): void;
}

/**
 * Looks at small files again and again and compares what they say. Notification by the kernel is no good here: kubelet
 * swaps the symlink of a mounted Secret or ConfigMap, which no watch on the path itself ever sees.
 * @param known what the caller has read already
 */
export function watchFiles(options: WatchedFilesOptions, known: FileTexts): WatchedFiles {
  let last = known;
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> => {
    looking ??= readFiles(options.paths)
      .then((texts) => {
        if (texts.every((text, index) => text === last[index])) return;
        last = texts;
        options.onChange(texts);
      })
      .catch((error: Error) => {
        // What comes after is news, also where it is what was there before.
        last = [];
        options.onError(error);
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const timer = setInterval(() => void look(), options.interval);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

/** @throws Error of the file system, except for a missing file, which is undefined */
export async function readFiles(paths: readonly string[]): Promise<FileTexts> {
  return await Promise.all(paths.map(readIfPresent));
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
