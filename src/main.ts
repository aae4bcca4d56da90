import { isNodeNewEnough } from './commands/node-version.ts';
import type { Terminal } from './commands/outcome.ts';
import { readEnvironment } from './settings/environment.ts';

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

async function main(words: readonly string[]): Promise<number> {
  if (!isNodeNewEnough(process.versions.node)) {
    terminal.err(`iam-bridge needs Node 22.19 or newer, and this is ${process.version}\n`);
    return 2;
  }
  // A server's start is counted in milliseconds, and it has no use for the command tree.
  if (words[0] === 'webhook') {
    const { runWebhook } = await import('./commands/webhook.ts');
    return await runWebhook(words.slice(1), readEnvironment(), terminal);
  }
  if (words[0] === 'issuer') {
    const { runIssuer } = await import('./commands/issuer.ts');
    return await runIssuer(words.slice(1), readEnvironment(), terminal);
  }
  const { runCommandTree } = await import('./commands/tree.ts');
  return await runCommandTree(words, { env: readEnvironment(), terminal, input: process.stdin });
}

/** Writes what is still buffered, then ends: a second signal must not wait for connections that hang. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

// `iam-bridge … | head -1` closes the pipe: whoever reads has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
});

main(process.argv.slice(2)).then(exit, (error: unknown) => {
  terminal.err(`iam-bridge: ${error instanceof Error ? error.message : String(error)}\n`);
  exit(3);
});
