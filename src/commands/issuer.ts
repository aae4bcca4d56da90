import { readDriftCommandLine } from './issuer/drift-settings.ts';
import { DRIFT_FLAGS, ISSUER_FLAGS } from './issuer/flags.ts';
import { readIssuerCommandLine } from './issuer/read-settings.ts';
import type { ExitCode, Terminal } from './outcome.ts';
import { renderFlags } from './usage.ts';

const HEAD = `iam-bridge issuer: serves the cluster's OIDC issuer to everybody, so that AWS STS can verify its tokens

The discovery document and the public keys, from the API server of the cluster or from key files, with the media types
and caching headers of kube-apiserver. Nothing else is served, and never a private key.

Examples
  iam-bridge issuer --issuer https://oidc.example/clusters/demo --kubeconfig ~/.kube/config --tls-cert tls.crt --tls-key tls.key
  iam-bridge issuer --issuer https://oidc.example/clusters/demo --key-file sa.pub --plain-http
  iam-bridge issuer drift --help      compares once what the cluster signs with to what the public sees

Flags
`;

const FOOT = `

Exit codes: 0 stopped by a signal, 2 usage or configuration, 3 the cluster, a file or a port could not be had.
Metrics, readiness and the way from key to role: docs/issuer.md
`;

const DRIFT_HEAD = `iam-bridge issuer drift: does the public see the issuer that the cluster signs as?

Reads the keys of the cluster with your own credential, and the discovery document and keys at the issuer URL as AWS STS
does: without a credential, by the public roots. Prints what differs, and what to do about it.

Example
  iam-bridge issuer drift --issuer https://oidc.example/clusters/demo --kubeconfig ~/.kube/config --service-account demo/s3-echoer

Flags
`;

const DRIFT_FOOT = `

Exit codes: 0 no drift, 1 drift, 2 usage or configuration, 3 one of both sides could not be seen.
The findings and their remedies: docs/issuer.md
`;

/** `iam-bridge issuer`, which serves, and `iam-bridge issuer drift`, which looks once. */
export async function runIssuer(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<ExitCode> {
  return words[0] === 'drift'
    ? await runDrift(words.slice(1), env, terminal)
    : await runServing(words, env, terminal);
}

async function runServing(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<ExitCode> {
  const line = readIssuerCommandLine(words, env);
  switch (line.kind) {
    case 'help':
      terminal.out(HEAD + renderFlags(ISSUER_FLAGS) + FOOT);
      return 0;
    case 'problems':
      return refuse('iam-bridge issuer', line.problems, terminal);
    case 'run': {
      const { serveIssuer } = await import('./issuer/serve.ts');
      return await serveIssuer(line.settings, process);
    }
  }
}

async function runDrift(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<ExitCode> {
  const line = readDriftCommandLine(words, env);
  switch (line.kind) {
    case 'help':
      terminal.out(DRIFT_HEAD + renderFlags(DRIFT_FLAGS) + DRIFT_FOOT);
      return 0;
    case 'problems':
      return refuse('iam-bridge issuer drift', line.problems, terminal);
    case 'run': {
      const { runDriftOnce } = await import('./issuer/drift-once.ts');
      return await runDriftOnce(line.settings, terminal);
    }
  }
}

function refuse(command: string, problems: readonly string[], terminal: Terminal): ExitCode {
  for (const problem of problems) terminal.err(`${command}: ${problem}\n`);
  terminal.err(`\nUsage: ${command} [flags]\n\nRun \`${command} --help\` for all flags.\n`);
  return 2;
}
