import { Command, CommanderError } from 'commander';
import type { ExitCode, Terminal } from './outcome.ts';
import { readVersion } from './version.ts';

/** What a command is run with. */
export interface Invocation {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
}

const DESCRIPTION = `AWS IAM and Kubernetes identity, on any cluster.

Pods get the IAM role of their ServiceAccount (IRSA), and whoever did not get one is told why.`;

const FOOT = `
Try it without a cluster:      iam-bridge demo
Run it in place of the Go one: iam-bridge webhook --in-cluster=false --tls-cert tls.crt --tls-key tls.key

Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 something outside failed.`;

/** Runs the command that `words` name. Each command's code is loaded only when it is the one. */
export async function runCommandTree(words: readonly string[], invocation: Invocation): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = createProgram(await readVersion(), invocation.terminal);
  program
    .command('webhook')
    .description('the mutating admission webhook: ServiceAccount annotation → role, token volume, variables')
    // Its flags follow the grammar of Go's pflag, which commander does not speak.
    .helpOption(false)
    .allowUnknownOption()
    .argument('[flags...]')
    .action(async () => {
      const { runWebhook } = await import('./webhook.ts');
      exitCode = await runWebhook(words.slice(1), invocation.env, invocation.terminal);
    });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createProgram(version: string, terminal: Terminal): Command {
  return new Command('iam-bridge')
    .description(DESCRIPTION)
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', FOOT)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .exitOverride();
}
