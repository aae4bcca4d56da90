import { constants } from 'node:os';
import { startOnLifeline } from '../lifeline.ts';
import type { ProcessSpec } from './process-spec.ts';
import { type ContainerState, CREATING } from './status.ts';

/** A container of a pod, as it goes. */
export interface ContainerRun {
  state(): ContainerState;
  stdout(): string;
  stderr(): string;
  /**
   * Runs the process to its end.
   * @param started is told once it runs
   * @returns its exit code; 128 and the signal's number where a signal ended it, as a shell says it
   */
  run(process: ProcessSpec, started: () => void): Promise<number>;
  /** Ends the process and all that it has started. */
  stop(): Promise<void>;
}

export interface ContainerDeps {
  /** ms since epoch */
  readonly now: () => number;
  /** Where the process starts, and its home. */
  readonly folder: string;
}

export function createContainerRun({ now, folder }: ContainerDeps): ContainerRun {
  const stdout = createOutput();
  const stderr = createOutput();
  let state = CREATING;
  let cut = async (): Promise<void> => {};
  return {
    state: () => state,
    stdout: stdout.text,
    stderr: stderr.text,
    async run({ command, env }, started) {
      const startedAt = now();
      const output = { stdout: stdout.push, stderr: stderr.push };
      const lifeline = startOnLifeline({ command, folder, env, output });
      cut = lifeline.cut;
      state = { kind: 'running', startedAt };
      started();
      const { code, signal } = await lifeline.ended;
      const exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      state = { kind: 'terminated', exitCode, startedAt, finishedAt: now() };
      return exitCode;
    },
    stop: () => cut(),
  };
}

/** Collects what a program writes, up to a bound: the beginning is kept, and the rest is counted. */
interface Output {
  push(chunk: Buffer): void;
  /** UTF-8; says so where something is missing. */
  text(): string;
}

const MAX_BYTES = 256 * 1024;

export function createOutput(maxBytes: number = MAX_BYTES): Output {
  const chunks: Buffer[] = [];
  let kept = 0;
  let dropped = 0;
  return {
    push(chunk) {
      const part = chunk.subarray(0, maxBytes - kept);
      if (part.length > 0) chunks.push(part);
      kept += part.length;
      dropped += chunk.length - part.length;
    },
    text() {
      const text = Buffer.concat(chunks).toString('utf8');
      return dropped === 0 ? text : `${text}\n[${dropped} bytes more]\n`;
    },
  };
}
