import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Programs that must not outlive the demo, however it ends: each leads a process group in which a shell reads from a
 * pipe that only this process holds open. When the pipe closes, the shell kills the whole group. So no signal has to
 * reach anybody, a number that was reused cannot be hit, and SIGKILL of the demo itself leaves nothing behind either.
 */
const GUARDED = `
exec 3<&0 </dev/null
( trap '' HUP INT TERM
  cat <&3 >/dev/null 2>&1
  kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/** Removes a folder when its pipe closes. Programs that write there hear of the end at the same time as it does. */
const JANITOR = `
trap '' HUP INT TERM
cat >/dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$1" && exit
  sleep 0.2
done`;

/** A program, or a whole group of processes, that ends when its line is cut. */
export interface Lifeline {
  /** Resolves when the program has ended, by itself or because the line was cut. */
  readonly ended: Promise<void>;
  /** Cuts the line, and resolves when the program has ended. */
  cut(): Promise<void>;
}

export interface ProgramOptions {
  /** Path and arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  /** File descriptor of its log, which stays the caller's to close. */
  readonly log: number;
}

/**
 * Starts a program on a lifeline. Its environment is empty but for HOME: neither a proxy nor a kubeconfig of the user
 * may reach it.
 */
export function startOnLifeline({ command, folder, log }: ProgramOptions): Lifeline {
  const child = spawn('/bin/sh', ['-c', GUARDED, 'lifeline', ...command], {
    cwd: folder,
    env: { HOME: folder, PATH: '/usr/bin:/bin', NO_PROXY: '*' },
    stdio: ['pipe', log, log],
    detached: true,
  });
  return holdLine(child);
}

/** Has `folder` removed when the line is cut. */
export function removeAtTheEnd(folder: string): Lifeline {
  const child = spawn('/bin/sh', ['-c', JANITOR, 'janitor', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return holdLine(child);
}

function holdLine(child: ReturnType<typeof spawn>): Lifeline {
  // Writing to somebody who has gone is no news.
  child.stdin?.on('error', () => {});
  const ended = once(child, 'exit').then(() => void child.stdin?.destroy());
  // Where even the shell is missing, whoever waits for the program hears of it; nobody else need.
  ended.catch(() => {});
  return {
    ended,
    async cut() {
      child.stdin?.destroy();
      await ended;
    },
  };
}
