import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Programs that must not outlive this process, however it ends: each leads a process group in which a shell reads from a
 * pipe that only this process holds open. When the pipe closes, the shell kills the whole group. So no signal has to
 * reach anybody, a number that was reused cannot be hit, and SIGKILL of this process leaves nothing behind either.
 * The shell reads by itself: a program's PATH may have no other that could.
 */
const GUARDED = `
exec 3<&0 </dev/null
( trap '' HUP INT TERM
  while read -r line <&3; do :; done
  kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
unset PWD OLDPWD SHLVL
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
  /**
   * Resolves when the program has ended, by itself or because the line was cut, and everything that it wrote to a pipe
   * was read.
   * @throws Error where it could not even be started
   */
  readonly ended: Promise<ProgramExit>;
  /** Cuts the line, and resolves when the program has ended. */
  cut(): Promise<void>;
}

/** How a program ended; one of the two is null. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** Path and arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  /** All of it: neither a proxy nor a kubeconfig of the user may reach a program. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: ProgramOutput;
}

/** A file descriptor, which stays the caller's to close, or who takes what comes out of pipes. */
export type ProgramOutput =
  | number
  | { readonly stdout: (chunk: Buffer) => void; readonly stderr: (chunk: Buffer) => void };

/** Starts a program on a lifeline; it reads nothing from its standard input. */
export function startOnLifeline({ command, folder, env, output }: ProgramOptions): Lifeline {
  const sink = typeof output === 'number' ? output : 'pipe';
  const child = spawn('/bin/sh', ['-c', GUARDED, 'lifeline', ...command], {
    cwd: folder,
    env,
    stdio: ['pipe', sink, sink],
    detached: true,
  });
  if (typeof output !== 'number') {
    child.stdout?.on('data', output.stdout);
    child.stderr?.on('data', output.stderr);
  }
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
  const ended = awaitEnd(child);
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

async function awaitEnd(child: ReturnType<typeof spawn>): Promise<ProgramExit> {
  // Whatever else is left of the group goes with it, and lets go of the pipes.
  const exited = once(child, 'exit').finally(() => child.stdin?.destroy());
  const [[code, signal]] = await Promise.all([exited, once(child, 'close')]);
  return { code, signal };
}
