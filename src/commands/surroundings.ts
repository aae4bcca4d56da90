import type { Readable } from 'node:stream';
import type { SignalSource } from '../http/lifecycle.ts';

/** 0 done, 1 the answer is no, 2 usage or configuration, 3 something outside failed. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command writes to; standard output is for data, standard error for everything else. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** Where standard output goes: it says how wide a line is, and whether there are colours. */
export type Screen = NodeJS.WritableStream & { readonly columns?: number };

/** What every command is run with: the process, or what a test has in its place. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** Standard input, for arguments that are `-`. */
  readonly input: Readable;
  /** Opens the terminal for questions, whoever has standard input; absent: that of the process. */
  readonly openTerminal?: () => Readable | undefined;
  readonly screen: Screen;
  readonly signals: SignalSource;
  /** ms since epoch */
  readonly now: () => number;
}

/** Runs a command that reads its words by itself. @param words those after its name */
export type RunCommand = (words: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;
