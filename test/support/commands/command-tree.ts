import { runTree as run } from './tree.ts';

export interface TreeOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command within this process, with a terminal in memory. */
export async function runTree(words: readonly string[], input = ''): Promise<TreeOutcome> {
  const { code, stdout, stderr } = await run(words, { input });
  return { code, out: stdout, err: stderr };
}
