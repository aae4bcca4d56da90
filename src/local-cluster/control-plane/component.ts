import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { startOnLifeline } from '../lifeline.ts';

/** A program of the control plane that is running. */
export interface Component {
  readonly name: string;
  readonly ended: Promise<unknown>;
  /** The end of its log, for a message: kube-apiserver writes a lot. */
  readLogTail(): Promise<string>;
  stop(): Promise<void>;
}

const TAIL_LINES = 5;
const MAX_LINE = 300;

/** Starts a program; what it writes goes to `<name>.log` in the folder. */
export function startComponent(name: string, command: readonly string[], folder: string): Component {
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
  component: Component,
  clock: Clock,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  component.ended.then(end, end);
  const deadline = clock.now() + PATIENCE;
  while (!(await isReady())) {
    if (over.signal.aborted || clock.now() > deadline) {
      const what = over.signal.aborted
        ? 'ended before it was ready'
        : `not ready after ${PATIENCE / 1_000} s`;
      throw new Error(`${component.name}: ${what}; the end of its log:\n${await component.readLogTail()}`);
    }
    await clock.delay(LOOK_INTERVAL, over.signal);
  }
}
