import { toError } from '../../base/errors.ts';
import type { Folder } from '../../local-cluster/cleanup.ts';
import { startOnLifeline } from '../../local-cluster/lifeline.ts';
import type { StoryDeps } from '../run.ts';

/** How this very program ended, and what it wrote. */
export interface OwnRun {
  /** A sentence where it could not be started; undefined: a signal ended it. */
  readonly code: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** ms */
const PATIENCE = 30_000;

/**
 * Runs this very program to its end, in a folder and with nothing in its environment but what is given.
 * @param words behind `iam-bridge`
 */
export async function runOwn(
  words: readonly string[],
  { folder, env }: { readonly folder: Folder; readonly env: Readonly<Record<string, string>> },
  { program, clock, cleanup }: Pick<StoryDeps, 'program' | 'clock' | 'cleanup'>,
): Promise<OwnRun> {
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const { ended, cut } = startOnLifeline({
    command: [...program, ...words],
    folder: folder.path,
    env: { HOME: folder.path, ...env },
    output: {
      stdout: (chunk) => void written.stdout.push(chunk),
      stderr: (chunk) => void written.stderr.push(chunk),
    },
  });
  cleanup.add(cut);
  const over = new AbortController();
  void clock.delay(PATIENCE, over.signal).then(cut);
  const code = await ended.then(
    (exit) => exit.code ?? undefined,
    (error: unknown) => toError(error).message,
  );
  over.abort();
  const [stdout, stderr] = [written.stdout, written.stderr].map((chunks) => Buffer.concat(chunks).toString());
  return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
}
