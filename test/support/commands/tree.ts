import { Readable } from 'node:stream';
import { runCommandTree } from '../../../src/commands/tree.ts';

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
  const { env = {}, input = '' } = options;
  const written = { stdout: '', stderr: '' };
  const terminal = {
    out(text: string) {
      written.stdout += text;
    },
    err(text: string) {
      written.stderr += text;
    },
  };
  const code = await runCommandTree(words, { env, terminal, input: Readable.from([Buffer.from(input)]) });
  return { code, ...written };
}

/** The lines of what a command complained of. */
export function toLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
