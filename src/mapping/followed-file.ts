import type { Clock } from '../base/clock.ts';
import { describeError, toError } from '../base/errors.ts';
import { createFileValue, type FileValue } from '../base/watched-file.ts';
import { keepLastGood, type Reading, type ReadState, type WatchedState } from '../base/watched-state.ts';

export interface FollowedFileOptions<T> {
  readonly path: string;
  /**
   * What the text of the file says.
   * @throws Error in one sentence where it says nothing that can be used
   */
  readonly read: (text: string) => T;
  readonly clock: Clock;
  /** Told what is known after each look that changed anything; the first look always does. */
  readonly take: (state: ReadState<T>) => void;
}

/** A file that may come, change and go while the server runs; one that cannot be read is looked at again. */
export interface FollowedFile {
  start(): void;
  /** Looks once, now, if the file was ever read. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** ms; as often as the Go program looks */
const INTERVAL = 1_000;

export function createFollowedFile<T>({ path, read, clock, take }: FollowedFileOptions<T>): FollowedFile {
  const stopping = new AbortController();
  let file: FileValue<ReadState<T>> | undefined;
  let opening: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let known: WatchedState<T> = { kind: 'pending' };

  function become(state: ReadState<T>): void {
    known = state;
    take(state);
  }

  /** What was known before serves on; said once, however often it is met. */
  function refuse(problem: string): void {
    const isTold = known.kind !== 'pending' && known.kind !== 'absent' && known.problem === problem;
    if (!isTold) become(keepLastGood(known, { kind: 'malformed', problem }));
  }

  async function openOnce(): Promise<void> {
    try {
      file = await createFileValue<ReadState<T>>({
        paths: [path],
        // What a file says is told by its state, also that it is not there or of no use.
        read: ([text]) => keepLastGood(known, toReading(read, text)),
        report(event) {
          if (event.kind === 'refused') refuse(event.problem);
        },
      });
      file.onChange(become);
      if (stopping.signal.aborted) file.stop();
      else become(file.current());
    } catch (error) {
      refuse(describeError(error));
    }
  }

  async function follow(): Promise<void> {
    await opening;
    for (;;) {
      await clock.delay(INTERVAL, stopping.signal);
      if (stopping.signal.aborted) return;
      await (file?.look() ?? openOnce());
    }
  }

  return {
    start() {
      opening ??= openOnce();
      following ??= follow();
    },
    async look() {
      await opening;
      await file?.look();
    },
    async stop() {
      stopping.abort();
      file?.stop();
      await following;
    },
  };
}

function toReading<T>(read: (text: string) => T, text: string | undefined): Reading<T> {
  if (text === undefined) return { kind: 'absent' };
  try {
    return { kind: 'good', value: read(text) };
  } catch (error) {
    return { kind: 'malformed', problem: toError(error).message };
  }
}
