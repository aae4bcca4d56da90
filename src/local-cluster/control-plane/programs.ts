import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { startOnLifeline } from '../lifeline.ts';

const NAMES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/** Paths of the programs that a control plane is made of. */
export type Programs = Readonly<Record<(typeof NAMES)[number], string>>;

const REMEDY =
  'run `npm run control-plane` once (it needs Go), and set KUBEBUILDER_ASSETS to the folder that it prints';

/**
 * @param folder the value of KUBEBUILDER_ASSETS
 * @throws Error that says how to get what is missing
 */
export function findPrograms(folder: string | undefined): Programs {
  if (!folder) throw new Error(`--real needs the programs of a control plane: ${REMEDY}`);
  const missing = NAMES.filter((name) => !isExecutable(resolve(folder, name)));
  if (missing.length > 0) {
    throw new Error(`KUBEBUILDER_ASSETS: ${folder} has no executable ${missing.join(', ')}: ${REMEDY}`);
  }
  // Every name of the list has its path here.
  return Object.fromEntries(NAMES.map((name) => [name, resolve(folder, name)])) as Programs;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program of the control plane that is running. */
export interface RunningProgram {
  readonly name: string;
  readonly ended: Promise<unknown>;
  /** The end of its log, for a message: kube-apiserver writes a lot. */
  readLogTail(): Promise<string>;
  stop(): Promise<void>;
}

const TAIL_LINES = 5;
const MAX_LINE = 300;

/** Starts a program; what it writes goes to `<name>.log` in the folder. */
export function startProgram(name: string, command: readonly string[], folder: string): RunningProgram {
  const path = join(folder, `${name}.log`);
  const log = openSync(path, 'a', 0o600);
  const env = { HOME: folder, PATH: '/usr/bin:/bin', NO_PROXY: '*' };
  const { ended, cut } = startOnLifeline({ command, folder, env, output: log });
  closeSync(log);
  return {
    name,
    ended,
    stop: cut,
    async readLogTail() {
      const text = await readFile(path, 'utf8').catch(() => '');
      const lines = text.trimEnd().split('\n').slice(-TAIL_LINES);
      return lines.map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line)).join('\n');
    },
  };
}

/** ms */
const LOOK_INTERVAL = 50;
const PATIENCE = 60_000;

/**
 * Waits until `isReady` says so.
 * @throws Error with the end of the log, where the program ends before or takes too long
 */
export async function awaitReady(
  program: RunningProgram,
  clock: Clock,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  program.ended.then(end, end);
  const deadline = clock.now() + PATIENCE;
  while (!(await isReady())) {
    if (over.signal.aborted || clock.now() > deadline) {
      const what = over.signal.aborted
        ? 'ended before it was ready'
        : `not ready after ${PATIENCE / 1_000} s`;
      throw new Error(`${program.name}: ${what}; the end of its log:\n${await program.readLogTail()}`);
    }
    await clock.delay(LOOK_INTERVAL, over.signal);
  }
}
