import { Command, CommanderError, Option } from 'commander';
import type { DemoOptions } from './demo.ts';
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

/** Runs the command that the words of a command line name. Each command's code is loaded only when it is the one. */
export async function runCommandTree(asked: readonly string[], invocation: Invocation): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  // commander's own `help` knows no flags of a command that reads them by itself.
  const words = asked[0] === 'help' && asked[1] === 'webhook' ? ['webhook', '--help'] : asked;
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
  addDemo(program, async (options) => {
    const { runDemo } = await import('./demo.ts');
    exitCode = await runDemo(options, {
      ...invocation,
      signals: process,
      screen: process.stdout,
      startWebhook: async (wanted) => (await import('./demo/webhook.ts')).startWebhook(wanted),
    });
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

const DEMO_HELP = `
Without --real it needs nothing but this program: a stand-in answers for the cluster, on this machine only.
With --real it starts etcd, kube-apiserver and kube-controller-manager from the folder in KUBEBUILDER_ASSETS
(\`npm run control-plane\` builds one) on loopback ports, and stops them at the end.

Exit codes: 0 every pod came out as it should, 1 one did not, 2 usage, 3 something else failed.`;

function addDemo(program: Command, run: (options: DemoOptions) => Promise<void>): void {
  program
    .command('demo')
    .description(
      'shows on this machine what the webhook does: one pod gets its role, two are left out, and why',
    )
    .option('--real', 'on a real control plane, through kubectl')
    .addOption(new Option('-o, --output <format>', 'print one document at the end').choices(['json']))
    .addHelpText('after', DEMO_HELP)
    .action(run);
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
