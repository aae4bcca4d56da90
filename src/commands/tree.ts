import { Command, CommanderError } from 'commander';
import type { ExitCode, Terminal } from './outcome.ts';
import { registerDemo } from './tree/demo.ts';
import { registerIssuer } from './tree/issuer.ts';
import { registerKeys } from './tree/keys.ts';
import { registerPublish } from './tree/publish.ts';
import type { Invocation, Registration } from './tree/registration.ts';
import { registerTrust } from './tree/trust.ts';
import { registerVerify } from './tree/verify.ts';
import { registerWebhook } from './tree/webhook.ts';
import { readVersion } from './version.ts';

/** In the order in which help lists them. */
const REGISTRATIONS: readonly Registration[] = [
  registerWebhook,
  registerIssuer,
  registerVerify,
  registerTrust,
  registerKeys,
  registerPublish,
  registerDemo,
];

/** Commands that read their flags by themselves: commander's own `help` knows nothing of these. */
const WITH_OWN_HELP: ReadonlySet<string> = new Set(['webhook', 'issuer']);

const DESCRIPTION = `AWS IAM and Kubernetes identity, on any cluster.

Pods get the IAM role of their ServiceAccount (IRSA), and whoever did not get one is told why.`;

const FOOT = `
Try it without a cluster:      iam-bridge demo
Why a pod did not get in:      iam-bridge verify --issuer https://issuer.example - < token
Run it in place of the Go one: iam-bridge webhook --in-cluster=false --tls-cert tls.crt --tls-key tls.key

Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 something outside failed.`;

/** Runs the command that the words of a command line name. */
export async function runCommandTree(asked: readonly string[], invocation: Invocation): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const finish = (code: ExitCode): void => {
    exitCode = code;
  };
  const [first, second = ''] = asked;
  const words = first === 'help' && WITH_OWN_HELP.has(second) ? [second, '--help'] : asked;
  const program = createProgram(await readVersion(), invocation.terminal);
  for (const register of REGISTRATIONS) register(program, { ...invocation, words, finish });
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
