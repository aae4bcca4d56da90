import type { Registration } from '../../registration.ts';
import type { S3EchoerOptions } from './run.ts';

const HELP = `
It finds credentials as every AWS SDK does: in a pod of a ServiceAccount with a role, by AWS_ROLE_ARN and
AWS_WEB_IDENTITY_TOKEN_FILE. AWS_REGION (or AWS_DEFAULT_REGION) says where, us-west-2 unless told; AWS_ENDPOINT_URL_S3
and AWS_ENDPOINT_URL lead to another S3.

Example:
  echo hello | iam-bridge demo s3-echoer --bucket my-bucket

Exit codes: 0 written, 1 AWS said no, 2 no bucket or no credentials, 3 AWS could not be asked.`;

/** `iam-bridge demo s3-echoer` */
export const registerS3Echoer: Registration = (command, context) => {
  command
    .description('writes what it reads to s3://BUCKET/s3echoer-<unix seconds>, as whoever the pod is')
    .option('--bucket <name>', 'where to write; BUCKET unless given')
    .option('--message <text>', 'what to write; standard input unless given, 5 MiB at most')
    .addHelpText('after', HELP)
    .action(async (options: S3EchoerOptions) => {
      const { runS3Echoer } = await import('./run.ts');
      context.finish(await runS3Echoer(options, context));
    });
};
