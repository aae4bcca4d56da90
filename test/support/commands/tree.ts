import { runCommandTree } from '../../../src/commands/tree.ts';
import { createSurroundings } from './surroundings.ts';

export interface TreeOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TreeOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input. */
  readonly input?: string;
}

/** Runs a command line in this process, with a terminal in memory. */
export async function runTree(words: readonly string[], options: TreeOptions = {}): Promise<TreeOutcome> {
  const { surroundings, written } = createSurroundings(options);
  const code = await runCommandTree(words, surroundings);
  return { code, ...written };
}

/** The lines of what a command complained of. */
export function toLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
