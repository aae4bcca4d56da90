import { type FileTexts, readFiles, watchFiles } from './watched-files.ts';

/** What files say, and what they say anew soon after they change. A bad change is refused: the value before stays. */
export interface FileValue<T> {
  current(): T;
  onChange(listener: (value: T) => void): void;
  stop(): void;
}

export type FileValueEvent =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'refused'; readonly problem: string };

export interface FileValueOptions<T> {
  readonly paths: readonly string[];
  /** ms between two looks at the files */
  readonly interval: number;
  /** @throws Error that names the file and says what to do */
  readonly read: (texts: FileTexts) => T;
  readonly report: (event: FileValueEvent) => void;
}

/** @throws Error of `read` or of the file system, at the first reading */
export async function createFileValue<T>(options: FileValueOptions<T>): Promise<FileValue<T>> {
  const { paths, interval, read, report } = options;
  const texts = await readFiles(paths);
  let value = read(texts);
  let refused: string | undefined;
  const listeners: ((value: T) => void)[] = [];
  const refuse = (error: unknown): void => {
    const problem = error instanceof Error ? error.message : String(error);
    // A file that cannot be read is looked at again each time, and once is enough to say so.
    if (problem !== refused) report({ kind: 'refused', problem });
    refused = problem;
  };
  const onChange = (changed: FileTexts): void => {
    try {
      value = read(changed);
    } catch (error) {
      refuse(error);
      return;
    }
    refused = undefined;
    report({ kind: 'reloaded' });
    for (const listener of listeners) listener(value);
  };
  const files = watchFiles({ paths, interval, onChange, onError: refuse }, texts);
  return {
    current: () => value,
    onChange: (listener) => void listeners.push(listener),
    stop: files.stop,
  };
}
