import type { Command } from 'commander';
import type { ExitCode, Surroundings } from './surroundings.ts';

export interface TreeContext extends Surroundings {
  /** Takes what a command came to. */
  finish(code: ExitCode): void;
}

/** Gives a command of the tree its options and what it does; the code of that is loaded when it is asked for. */
export type Registration = (command: Command, context: TreeContext) => void;
