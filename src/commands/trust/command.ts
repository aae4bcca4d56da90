import { type Command, Option } from 'commander';
import { LINT_SEVERITIES } from '../../trust/lint/rule.ts';
import type { Registration, TreeContext } from '../registration.ts';
import type { TrustEvalOptions } from './eval.ts';
import type { TrustGenerateOptions } from './generate.ts';
import type { TrustLintOptions } from './lint.ts';

const POLICY = 'the trust policy (AssumeRolePolicyDocument), JSON; - reads standard input';

const EVAL_HELP = `
Nobody is asked: what only AWS can know counts as unknown, and the verdict says where it depends on that.
The token is decoded, never printed; whether its signature and times are good, iam-bridge verify tells.

Examples:
  iam-bridge trust eval --policy trust-policy.json --service-account demo/s3-echoer --issuer https://issuer.example/clusters/demo
  aws iam get-role --role-name s3-echoer --query Role.AssumeRolePolicyDocument |
    iam-bridge trust eval --policy - --token /var/run/secrets/eks.amazonaws.com/serviceaccount/token

Exit codes: 0 the role may be assumed, 1 it may not or it depends, 2 a policy that IAM refuses, or usage.`;

const LINT_HELP = `
Examples:
  iam-bridge trust lint --policy trust-policy.json --issuer https://issuer.example/clusters/demo
  iam-bridge trust lint --policy trust-policy.json -o sarif > trust.sarif

Exit codes: 0 nothing as bad as --fail-on, 1 something is, 2 a policy that IAM refuses, or usage.`;

const GENERATE_HELP = `
Nothing is created: it prints the policy, and the commands that create provider and role.

Example:
  iam-bridge trust generate --service-account demo/s3-echoer --issuer https://issuer.example/clusters/demo --account 111122223333

Exit codes: 0 done, 2 usage.`;

export const registerTrust: Registration = (trust, context) => {
  registerEval(trust, context);
  registerLint(trust, context);
  registerGenerate(trust, context);
};

function registerEval(trust: Command, context: TreeContext): void {
  trust
    .command('eval')
    .description(
      'whether a ServiceAccount, or the bearer of a token, may assume the role; why; and what to write instead',
    )
    .requiredOption('--policy <file>', POLICY)
    .option('--token <file>', 'whose claims are judged; - reads standard input')
    .option('--service-account <namespace/name>', 'or: the ServiceAccount of the pod')
    .option('--issuer <url>', "and: the cluster's issuer, exactly as in iss")
    .option('--audience <text>', 'of the token (default: sts.amazonaws.com)')
    .option('--account <id>', "the role's account, 12 digits (default: as in the policy)")
    .option(
      '--role-arn <arn>',
      'the role: its account, and what the claim https://aws.amazon.com/roles has to list',
    )
    .option('--session-name <name>', 'RoleSessionName of the call (default: unknown)')
    .option('--duration <seconds>', 'DurationSeconds of the call (default: unknown)')
    .option('--source-ip <address>', 'where STS sees the call come from (default: unknown)')
    .option('--source-vpce <id>', 'or: the VPC endpoint that it comes through')
    .addOption(new Option('-o, --output <format>', 'print data').choices(['json']))
    .addHelpText('after', EVAL_HELP)
    .action(async (options: TrustEvalOptions) => {
      const { runTrustEval } = await import('./eval.ts');
      context.finish(await runTrustEval(options, context));
    });
}

function registerLint(trust: Command, context: TreeContext): void {
  trust
    .command('lint')
    .description('who else gets in, and which conditions nobody meets')
    .requiredOption('--policy <file>', POLICY)
    .option('--issuer <url...>', 'issuers of your clusters: providers and subjects are held against them')
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(LINT_SEVERITIES)
        .default('medium'),
    )
    .addOption(new Option('-o, --output <format>', 'print data').choices(['json', 'sarif']))
    .addHelpText('after', LINT_HELP)
    .action(async (options: TrustLintOptions) => {
      const { runTrustLint } = await import('./lint.ts');
      context.finish(await runTrustLint(options, context));
    });
}

function registerGenerate(trust: Command, context: TreeContext): void {
  trust
    .command('generate')
    .description('the trust policy for a ServiceAccount, and the commands that create provider and role')
    .requiredOption('--service-account <namespace/name>', 'who may assume the role')
    .requiredOption('--issuer <url>', "the cluster's issuer, exactly as in iss")
    .requiredOption('--account <id>', "the role's account, 12 digits")
    .option('--audience <text>', 'of the tokens', 'sts.amazonaws.com')
    .option('--partition <name>', 'aws, aws-cn, aws-us-gov, …', 'aws')
    .option('--role-name <name>', "of the role (default: the ServiceAccount's name)")
    .addOption(
      new Option('-o, --output <format>', 'print one thing alone').choices(['json', 'policy', 'terraform']),
    )
    .addHelpText('after', GENERATE_HELP)
    .action(async (options: TrustGenerateOptions) => {
      const { runTrustGenerate } = await import('./generate.ts');
      context.finish(runTrustGenerate(options, context));
    });
}
