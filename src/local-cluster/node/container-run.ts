import { constants } from 'node:os';
import { startOnLifeline } from '../lifeline.ts';
import { createOutput } from './output.ts';
import type { NodeContainer } from './pod-spec.ts';
import type { ProcessSpec } from './process-spec.ts';
import { type ContainerState, CREATING } from './status.ts';

/** A container of a pod, as it goes. */
export interface ContainerRun {
  readonly container: NodeContainer;
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

export function createContainerRun(container: NodeContainer, { now, folder }: ContainerDeps): ContainerRun {
  const stdout = createOutput();
  const stderr = createOutput();
  let state = CREATING;
  let cut = async (): Promise<void> => {};
  return {
    container,
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
