import { Option } from 'commander';
import type { Registration } from '../registration.ts';
import { registerDemoAws } from './aws/command.ts';
import type { DemoOptions } from './run.ts';
import { registerS3Echoer } from './s3-echoer/command.ts';

const HELP = `
Without --real it needs nothing but this program: a stand-in answers for the cluster, on this machine only.
With --real it starts etcd, kube-apiserver and kube-controller-manager from the folder in KUBEBUILDER_ASSETS
(\`npm run control-plane\` builds one) on loopback ports, and stops them at the end. AWS is a local one in both.

Example:
  iam-bridge demo -o json | jq .ok

Exit codes: 0 every pod and login came to what it should (some should fail), 1 one did not, 2 usage, 3 something else failed.`;

export const registerDemo: Registration = (demo, context) => {
  demo
    .option('--real', 'on a real control plane, through kubectl')
    .addOption(new Option('-o, --output <format>', 'print one document at the end').choices(['json']))
    .addHelpText('after', HELP)
    // Options of `demo` are not those of `demo aws`.
    .enablePositionalOptions()
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('./run.ts');
      const [, script = ''] = process.argv;
      context.finish(
        await runDemo(options, context, {
          program: [process.execPath, script],
          startIssuer: async (wanted) => (await import('./servers/issuer.ts')).startIssuer(wanted),
          startWebhook: async (wanted) => (await import('./servers/webhook.ts')).startWebhook(wanted),
          startAuthenticator: async (wanted) =>
            (await import('./servers/authenticator.ts')).startAuthenticator(wanted),
        }),
      );
    });
  registerS3Echoer(demo.command('s3-echoer'), context);
  registerDemoAws(demo.command('aws'), context);
};
