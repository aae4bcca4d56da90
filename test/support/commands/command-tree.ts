import { Readable } from 'node:stream';
import { runCommandTree } from '../../../src/commands/tree.ts';

export interface TreeOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command within this process, with a terminal in memory. */
export async function runTree(words: readonly string[], input = ''): Promise<TreeOutcome> {
  const written = { out: '', err: '' };
  const terminal = {
    out(text: string) {
      written.out += text;
    },
    err(text: string) {
      written.err += text;
    },
  };
  const code = await runCommandTree(words, { env: {}, terminal, input: Readable.from([Buffer.from(input)]) });
  return { code, ...written };
}
