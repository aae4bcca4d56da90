import { type Command, Option } from 'commander';
import type { Registration, TreeContext } from '../registration.ts';
import type { KeysGenerateOptions } from './generate.ts';
import type { KeysJwksOptions } from './jwks.ts';
import type { KeysRotateOptions } from './rotate.ts';

const EXIT_CODES =
  'Exit codes: 0 done, 2 usage, or files or keys that are not fit, 3 the cluster or the disk failed.';

const GENERATE_HELP = `
The private key is written in the form that kubeadm writes (PKCS#1, SEC1), with mode 0600: kube-apiserver's
--service-account-signing-key-file and --service-account-key-file both read it.

Example
  iam-bridge keys generate --type rsa --out sa-new.key --public sa-new.pub

${EXIT_CODES}`;

const JWKS_HELP = `
The key ids are those that kube-apiserver computes. Certificates and private keys count as their public key, as
they do for --service-account-key-file; nothing private is printed.

Examples
  iam-bridge keys jwks --from sa.pub sa-new.pub
  iam-bridge keys jwks --from cluster -o json

${EXIT_CODES}`;

const ROTATE_HELP = `
Prints the six steps that replace the signing key without a refused token, with the earliest time of each, the
flags, the same for kops, and the command that shows that a step is done.

Example
  iam-bridge keys rotate --plan --from cluster --issuer https://oidc.example --to s3://iam-bridge-demo

${EXIT_CODES}`;

/** `iam-bridge keys …` */
export const registerKeys: Registration = (keys, context) => {
  registerGenerate(keys, context);
  registerJwks(keys, context);
  registerRotate(keys, context);
};

function createOutputOption(description: string): Option {
  return new Option('-o, --output <format>', description).choices(['json']);
}

function registerGenerate(keys: Command, { terminal, finish }: TreeContext): void {
  keys
    .command('generate')
    .description('makes a key for --service-account-signing-key-file')
    .option('--type <type>', 'rsa (2048 bits) or p256', 'rsa')
    .option('--out <file>', 'for the private key')
    .option('--public <file>', 'for the public key')
    .option('--force', 'overwrite files that exist')
    .addOption(createOutputOption('print one document'))
    .addHelpText('after', GENERATE_HELP)
    .action(async (options: KeysGenerateOptions) => {
      const { runKeysGenerate } = await import('./generate.ts');
      finish(await runKeysGenerate(options, terminal));
    });
}

function registerJwks(keys: Command, context: TreeContext): void {
  keys
    .command('jwks')
    .description('prints public keys as the JWKS that kube-apiserver would serve')
    .option('--from <source...>', 'cluster, PEM or JWKS files, or - for standard input')
    .option('--kubeconfig <file>', 'of the cluster (default: as kubectl finds it)')
    .addOption(createOutputOption('on one line, byte for byte as it is published'))
    .addHelpText('after', JWKS_HELP)
    .action(async (options: KeysJwksOptions) => {
      const { runKeysJwks } = await import('./jwks.ts');
      context.finish(await runKeysJwks(options, context));
    });
}

function registerRotate(keys: Command, context: TreeContext): void {
  keys
    .command('rotate')
    .description('prints how to replace the signing key without a refused token')
    .option('--plan', 'print the steps')
    .option('--from <source...>', 'where the old keys are: cluster, PEM or JWKS files, or -')
    .option('--kubeconfig <file>', 'of the cluster (default: as kubectl finds it)')
    .option('--issuer <url>', 'exactly as in the claim iss of the tokens')
    .option('--to <place>', 'where it is published: a folder, or s3://bucket/prefix')
    .option('--token-lifetime <duration>', 'of the longest token that STS may see', '24h')
    .option('--cache-time <duration>', 'how long STS may keep the keys that it has fetched', '24h')
    .option('--start <time>', 'of the first step, such as 2026-01-31T09:00:00Z (default: now)')
    .addOption(createOutputOption('print one document'))
    .addHelpText('after', ROTATE_HELP)
    .action(async (options: KeysRotateOptions) => {
      const { runKeysRotate } = await import('./rotate.ts');
      context.finish(await runKeysRotate(options, context));
    });
}
