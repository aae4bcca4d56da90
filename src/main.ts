import { readCommand } from './commands/list.ts';
import { readWords } from './commands/program-name.ts';
import type { Surroundings } from './commands/surroundings.ts';
import { isNodeNewEnough } from './commands/version.ts';
import { readEnvironment } from './settings/environment.ts';

const surroundings: Surroundings = {
  env: readEnvironment(),
  terminal: {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  },
  // Looked at late: a server has no use for standard input, and opening it takes a while.
  get input() {
    return process.stdin;
  },
  screen: process.stdout,
  signals: process,
  now: Date.now,
};

async function main(words: readonly string[]): Promise<number> {
  if (!isNodeNewEnough(process.versions.node)) {
    surroundings.terminal.err(`iam-bridge needs Node 22.19 or newer, and this is ${process.version}\n`);
    return 2;
  }
  const { entry, rest = [] } = readCommand(words) ?? {};
  if (entry?.kind === 'quick') return await (await entry.load())(rest, surroundings);
  // A server's start is counted in milliseconds, and it has no use for the command tree.
  if (entry?.kind === 'server') {
    const [{ runServerEntry }] = await Promise.all([import('./commands/server/command.ts'), entry.load()]);
    return await runServerEntry(entry, rest, surroundings);
  }
  const { runCommandTree } = await import('./commands/tree.ts');
  return await runCommandTree(words, surroundings);
}

/** Writes what is still buffered, then ends: a second signal must not wait for connections that hang. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

// `iam-bridge … | head -1` closes the pipe: whoever reads has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
});

main(readWords(process.argv)).then(exit, (error: unknown) => {
  surroundings.terminal.err(`iam-bridge: ${error instanceof Error ? error.message : String(error)}\n`);
  exit(3);
});
