import type { ExitCode, Terminal } from './outcome.ts';
import { renderFlags } from './usage.ts';
import { readVersion } from './version.ts';
import { WEBHOOK_FLAGS } from './webhook/flags.ts';
import { readWebhookCommandLine } from './webhook/read-settings.ts';

const HEAD = `iam-bridge webhook: gives pods the IAM role of their ServiceAccount

A mutating admission webhook. A pod whose ServiceAccount is annotated eks.amazonaws.com/role-arn gets
AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and the token volume that AWS SDKs need to assume the role.
It takes the flags of amazon-eks-pod-identity-webhook, so that its manifests run with another image.

Example
  iam-bridge webhook --in-cluster=false --tls-cert tls.crt --tls-key tls.key --port 8443 --aws-default-region eu-west-1

Flags
`;

const FOOT = `

Exit codes: 0 stopped by a signal, 2 usage or configuration, 3 the cluster or a port could not be had.
Annotations, metrics and reason codes: docs/webhook.md
`;

/** `iam-bridge webhook`, and `webhook` under the Go program's name. */
export async function runWebhook(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<ExitCode> {
  const line = readWebhookCommandLine(words, env);
  switch (line.kind) {
    case 'help':
      terminal.out(HEAD + renderFlags(WEBHOOK_FLAGS) + FOOT);
      return 0;
    case 'version':
      terminal.out(`${await readVersion()}\n`);
      return 0;
    case 'problems':
      for (const problem of line.problems) terminal.err(`iam-bridge webhook: ${problem}\n`);
      terminal.err('\nUsage: iam-bridge webhook [flags]\n\nRun `iam-bridge webhook --help` for all flags.\n');
      return 2;
    case 'run': {
      const { serveWebhook } = await import('./webhook/serve.ts');
      return await serveWebhook(line.settings, process);
    }
  }
}
