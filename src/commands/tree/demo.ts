import { type Command, Option } from 'commander';
import type { DemoAwsOptions } from '../demo/aws.ts';
import type { DemoOptions } from '../demo.ts';
import type { Registration, TreeContext } from './registration.ts';
import { registerS3Echoer } from './s3-echoer.ts';

const HELP = `
Without --real it needs nothing but this program: a stand-in answers for the cluster, on this machine only.
With --real it starts etcd, kube-apiserver and kube-controller-manager from the folder in KUBEBUILDER_ASSETS
(\`npm run control-plane\` builds one) on loopback ports, and stops them at the end. AWS is a local one in both.

Example:
  iam-bridge demo -o json | jq .ok

Exit codes: 0 every pod came to what it should (some should fail), 1 one did not, 2 usage, 3 something else failed.`;

export const registerDemo: Registration = (program, context) => {
  const { env, terminal, finish } = context;
  const demo = program
    .command('demo')
    .description(
      'shows the whole way on this machine: a Job writes its object as an IAM role, four pods do not, and why',
    )
    .option('--real', 'on a real control plane, through kubectl')
    .addOption(new Option('-o, --output <format>', 'print one document at the end').choices(['json']))
    .addHelpText('after', HELP)
    // Options of `demo` are not those of `demo aws`.
    .enablePositionalOptions()
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('../demo.ts');
      const [, script = ''] = process.argv;
      finish(
        await runDemo(options, {
          env,
          terminal,
          signals: process,
          screen: process.stdout,
          program: [process.execPath, script],
          startIssuer: async (wanted) => (await import('../demo/issuer.ts')).startIssuer(wanted),
          startWebhook: async (wanted) => (await import('../demo/webhook.ts')).startWebhook(wanted),
        }),
      );
    });
  registerS3Echoer(demo, context);
  registerAws(demo, context);
};

const AWS_HELP = `
Signatures, tokens, trust policies, permissions and clocks are judged as AWS judges them, with AWS's errors; the log
on standard error also says what AWS keeps to itself. What there is comes from a YAML file (--print-config shows one
with every field); without --config there are one user, one bucket, and nobody's tokens.

Examples:
  iam-bridge demo aws --print-config > config.yaml
  kubectl get --raw /openid/v1/jwks > jwks.json
  iam-bridge demo aws --config config.yaml --data ./objects

It ends at SIGINT or SIGTERM. Exit codes: 0 ended, 2 usage or configuration, 3 it cannot serve.`;

function registerAws(demo: Command, { terminal, finish }: TreeContext): void {
  demo
    .command('aws')
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
    .addHelpText('after', AWS_HELP)
    .action(async (options: DemoAwsOptions, command: Command) => {
      const strange = Object.keys(command.parent?.opts() ?? {});
      if (strange.length > 0) command.error(`error: 'demo aws' has no option --${strange[0]}`);
      const { runDemoAws } = await import('../demo/aws.ts');
      finish(await runDemoAws(options, { terminal, signals: process }));
    });
}
