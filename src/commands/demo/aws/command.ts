import type { Command } from 'commander';
import type { Registration } from '../../registration.ts';
import type { DemoAwsOptions } from './run.ts';

const HELP = `
Signatures, tokens, trust policies, permissions and clocks are judged as AWS judges them, with AWS's errors; the log
on standard error also says what AWS keeps to itself. What there is comes from a YAML file (--print-config shows one
with every field); without --config there are one user, one bucket, and nobody's tokens.

Examples:
  iam-bridge demo aws --print-config > config.yaml
  kubectl get --raw /openid/v1/jwks > jwks.json
  iam-bridge demo aws --config config.yaml --data ./objects

It ends at SIGINT or SIGTERM. Exit codes: 0 ended, 2 usage or configuration, 3 it cannot serve.`;

/** `iam-bridge demo aws` */
export const registerDemoAws: Registration = (aws, context) => {
  aws
    .description('a local AWS to test pods and SDKs against: STS, S3 and EC2 DescribeInstances on one port')
    .option('--config <file>', 'providers, roles, users, instances, buckets')
    .option('--port <number>', '0 asks for a free one', '4566')
    .option(
      '--bind-address <address>',
      'who can reach it: this machine alone unless told otherwise',
      '127.0.0.1',
    )
    .option('--data <folder>', 'keep objects there (default: in memory)')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate, PEM')
    .option('--tls-key <file>', 'and this key')
    .option('--print-config', 'print a configuration with every field, and end')
    .addHelpText('after', HELP)
    .action(async (options: DemoAwsOptions, command: Command) => {
      const strange = Object.keys(command.parent?.opts() ?? {});
      if (strange.length > 0) command.error(`error: 'demo aws' has no option --${strange[0]}`);
      const { runDemoAws } = await import('./run.ts');
      context.finish(await runDemoAws(options, context));
    });
};
