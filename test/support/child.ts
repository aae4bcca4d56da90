import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuseLeaks } from './canary.ts';
import type { Workspace } from './workspace.ts';

/** A program that was started by the harness and dies with it. */
export interface Child {
  readonly name: string;
  /** The program's own process id (it leads its process group). */
  readonly pid: number;
  /** Resolves when the program has ended; rejects where its log holds a secret of the tests. */
  readonly exited: Promise<Ending>;
  isRunning(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that has not ended after `patience` milliseconds (10 s where absent). */
  stop(patience?: number): Promise<Ending>;
  /** Everything that it wrote to stdout and stderr. */
  readLog(): string;
  /** The last lines of what is new since the last call, under a headline; empty where nothing is. */
  readLogTail(lines?: number): string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly workspace: Workspace;
  /** Names the log file, `NAME.log`, to which a restart under the same name appends. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to the small environment that every child gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Becomes the program, after leaving a watcher in the program's process group. The watcher waits for the end of a pipe
 * that only the harness holds open, and then kills the group, itself included. So a test run that is killed with
 * SIGKILL leaves nothing behind, and the group's number cannot be reused while the watcher is in it.
 */
const GUARD = `
exec 3<&0 </dev/null
( trap '' HUP INT TERM
  exec >/dev/null 2>&1
  while read -r _ <&3; do :; done
  kill -KILL "-$$" ) &
exec 3<&-
exec "$@"`;

// kube-apiserver writes whole objects into one line.
const MAX_LINE = 400;

/** Starts a program in a process group of its own; its output goes to a log file in the workspace. */
export function startChild(options: ChildOptions): Child {
  const logPath = join(options.workspace.folder, `${options.name}.log`);
  const log = openSync(logPath, 'a');
  const child = spawn('/bin/sh', ['-c', GUARD, options.name, ...options.command], {
    cwd: options.cwd ?? options.workspace.folder,
    env: toEnvironment(options),
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${options.name}: /bin/sh could not be started`);
  const readLog = () => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : '');
  const exited = awaitEnd(child).then((ending) => {
    refuseLeaks(options.name, { stderr: readLog() });
    return ending;
  });
  let shown = 0;
  return {
    name: options.name,
    pid: child.pid,
    exited,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    kill: (signal) => void child.kill(signal),
    stop: (patience = 10_000) => stop(child, exited, patience),
    readLog,
    readLogTail: (lines = 15) => {
      const log = readLog();
      const fresh = log.slice(shown).trimEnd().split('\n').slice(-lines).map(cutLine);
      if (log.length === shown) return '';
      shown = log.length;
      return `--- last lines of ${options.name} ---\n${fresh.join('\n')}\n`;
    },
  };
}

function cutLine(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}…`;
}

// Neither a proxy setting nor a kubeconfig of whoever runs the tests may reach a program that is under test.
function toEnvironment({ workspace, env }: ChildOptions): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: workspace.folder, NO_PROXY: '*', ...env };
}

async function awaitEnd(child: ChildProcess): Promise<Ending> {
  await once(child, 'exit');
  child.stdin?.destroy();
  return { code: child.exitCode, signal: child.signalCode };
}

async function stop(child: ChildProcess, exited: Promise<Ending>, patience: number): Promise<Ending> {
  if (child.exitCode !== null || child.signalCode !== null) return exited;
  child.kill('SIGTERM');
  const last = setTimeout(() => child.kill('SIGKILL'), patience);
  try {
    return await exited;
  } finally {
    clearTimeout(last);
  }
}
