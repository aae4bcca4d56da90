import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { ExitCode, Terminal } from '../outcome.ts';

/** What a command is run with. */
export interface Invocation {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** Standard input, for arguments that are `-`. */
  readonly input: Readable;
}

export interface TreeContext extends Invocation {
  /** All words of the command line. */
  readonly words: readonly string[];
  /** Takes what a command came to. */
  finish(code: ExitCode): void;
}

/** Hangs a command into the tree. Its code is loaded only when it is the one that was asked for. */
export type Registration = (program: Command, context: TreeContext) => void;
