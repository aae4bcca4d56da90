import { Option } from 'commander';
import type { Registration } from '../registration.ts';
import type { PublishOptions } from './settings.ts';

const HELP = `
Writes .well-known/openid-configuration, the JWKS, and iam-bridge-keys.json, which remembers since when a key
is missing. A published key goes only when it has been missing from the source for the token lifetime and an
hour; run it again and again, by a CronJob for instance, and it does nothing where there is nothing to do.

Credentials come from where the AWS CLI looks: --profile, keys in the environment, AWS_PROFILE, web identity,
container, instance. AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_CA_BUNDLE and HTTPS_PROXY are read as well.

Examples
  iam-bridge publish --to ./public --issuer https://oidc.example --from cluster --dry-run
  iam-bridge publish --to s3://iam-bridge-demo/one --region eu-west-1 \\
    --issuer https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/one --from cluster
  iam-bridge publish --to ./public --issuer https://oidc.example --from sa.pub sa-new.pub
  kubectl get --raw /openid/v1/jwks | iam-bridge publish --to ./public --issuer https://oidc.example --from -

Exit codes: 0 published, or nothing to do; 1 a dry run found differences; 2 usage, or what is published
forbids it; 3 the cluster or the target failed.`;

export const registerPublish: Registration = (command, context) => {
  command
    .option('--to <place>', 'a folder, or s3://bucket/prefix: where the issuer URL leads')
    .option('--issuer <url>', 'exactly as in the claim iss of the tokens')
    .option('--jwks-uri <url>', 'below the issuer (default: <issuer>/openid/v1/jwks)')
    .option('--from <source...>', 'cluster, PEM or JWKS files, or - for standard input')
    .option('--kubeconfig <file>', 'of the cluster (default: as kubectl finds it)')
    .option(
      '--region <region>',
      'of the bucket (default: AWS_REGION, AWS_DEFAULT_REGION, that of the profile)',
    )
    .option('--profile <name>', 'of the shared files of AWS; goes before keys in the environment')
    .option('--token-lifetime <duration>', 'of the longest token that STS may see', '24h')
    .option('--drop <kid...>', 'keys to take out at once, whatever their age; the source must not have them')
    .option('--replace', 'overwrite documents that cannot be read, or are of another issuer')
    .option('--dry-run', 'write nothing, show what would change')
    .addOption(new Option('-o, --output <format>', 'print one document').choices(['json']))
    .addHelpText('after', HELP)
    .action(async (options: PublishOptions) => {
      const [{ runPublish }, { createAwsAccount }] = await Promise.all([
        import('./run.ts'),
        import('../aws-credentials.ts'),
      ]);
      const account = createAwsAccount(options.profile ?? '', context);
      context.finish(await runPublish(options, context, account));
    });
};
