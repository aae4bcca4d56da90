import { Option } from 'commander';
import { complain } from '../diagnostics.ts';
import type { Registration } from '../registration.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { VerifyFlags } from './plan.ts';

const HELP = `
The token is never printed. On a command line it stays in the shell's history: rather give - or --token-file.
A file is taken as it is, also with a line break at its end, which AWS refuses; from standard input one is taken away.

Examples:
  kubectl exec POD -- cat /var/run/secrets/eks.amazonaws.com/serviceaccount/token |
    iam-bridge verify - --issuer https://oidc.example/id/A
  kubectl get --raw /openid/v1/jwks > jwks.json
  iam-bridge verify --token-file token --offline --jwks jwks.json
  iam-bridge verify --token-file token --issuer https://oidc.example/id/A \\
    --policy trust-policy.json --role-arn arn:aws:iam::111122223333:role/s3-echoer
  iam-bridge get-token --cluster-name my-cluster | iam-bridge verify - -i my-cluster --mapping cluster

Exit codes: 0 accepted (with --policy: granted), 1 refused, 2 usage, 3 the keys, STS or the cluster could not be had.`;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const registerVerify: Registration = (command, context) => {
  command
    .argument('[jwt]', 'the token; - reads it from standard input')
    .option('--token-file <file>', 'read the token from a file')
    .option('--issuer <url>', 'whose tokens are trusted, exactly as in iss; repeatable', collect)
    .option('--audience <text>', 'whom the token may be for; repeatable (default sts.amazonaws.com)', collect)
    .option('--jwks <file>', 'the keys, as a JWK Set; nothing is fetched')
    .option('--offline', 'insist that nothing is fetched')
    .option('--ca <file>', 'PEM certificates to trust when keys are fetched, instead of the public roots')
    .option(
      '--allow-jwks-host <host>',
      "with --profile strict: where jwks_uri may lead beside the issuer's origin; repeatable",
      collect,
    )
    .addOption(
      new Option(
        '--profile <name>',
        'aws: what STS refuses; strict: also what we would (default aws)',
      ).choices(['aws', 'strict']),
    )
    .option('--leeway <seconds>', 'how far clocks may differ (default 300, as STS has it)')
    .option('--at <time>', 'judge as of a time: 2026-03-18T12:00:00Z, or seconds since 1970')
    .option('--policy <file>', "the role's trust policy: gives the whole answer of STS")
    .option('--role-arn <arn>', 'with --policy: the role')
    .option(
      '--client-id <text>',
      "with --policy: the provider's client ids; repeatable (default sts.amazonaws.com)",
      collect,
    )
    .option('--account <id>', "with --policy: the provider's account (default the role's)")
    .option('--session-name <text>', 'with --policy: RoleSessionName (default iam-bridge-verify)')
    .option('--duration <seconds>', 'with --policy: DurationSeconds (default 3600)')
    .option('-t, --token <token>', 'the same as the argument, as aws-iam-authenticator has it')
    .option('-i, --cluster-id <id>', 'of a k8s-aws-v1. token: the id that it has to be for')
    .option('-c, --config <file>', 'of such a token: configuration of the authenticator, for the id')
    .option('--partition <name>', 'of such a token: the partition of AWS (default aws)')
    .option(
      '--mapping <source>',
      'of such a token: whose user it becomes; repeatable, in the order of precedence: cluster, EKSConfigMap, CRD, or a file',
      collect,
    )
    .option('--kubeconfig <file>', 'with --mapping of a cluster: how to reach it')
    .option('--feature-gates <gates>', 'with --mapping: SSORoleMatch=true, as the authenticator has it')
    .option('--sts-hosts <hosts>', 'of such a token: hosts of STS beside the public ones')
    .option('--sts-address <address>', 'of such a token: where STS is called in place of its host')
    // Of aws-iam-authenticator; they have no effect here, as in its own command.
    .addOption(new Option('-l, --log-format <format>').hideHelp())
    .addOption(new Option('-v, --log-verbosity <level>').hideHelp())
    .addOption(new Option('-o, --output <format>', 'print one document').choices(['json']))
    .addHelpText('after', HELP)
    .action(async (jwt: string | undefined, flags: VerifyFlags) => {
      context.finish(await act(jwt, flags, context));
    });
};

async function act(
  jwt: string | undefined,
  flags: VerifyFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { findIamToken, listIamOptions } = await import('./iam/find.ts');
  const found = await findIamToken(jwt, flags, surroundings.input);
  if (found.kind === 'iam') {
    const { runVerifyIamToken } = await import('./iam/from-verify.ts');
    return await runVerifyIamToken(flags, found.token, surroundings);
  }
  const odd = listIamOptions(flags);
  if (odd.length > 0) {
    const problem = `${odd.join(', ')}: for tokens that begin with k8s-aws-v1., and this is none: leave it out`;
    return complain('verify', [problem], surroundings.terminal, 2);
  }
  const [{ runVerify }, { createNetworkKeys }] = await Promise.all([import('./run.ts'), import('./keys.ts')]);
  const inputs = { ...surroundings, input: found.input };
  return await runVerify({ jwt: jwt ?? flags.token, flags }, inputs, createNetworkKeys);
}
