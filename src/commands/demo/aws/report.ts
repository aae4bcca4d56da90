import type { KeyEvent } from '../../../issuer/keys/key-reports.ts';
import type { LocalAwsConfig } from '../../../local-aws/config/read.ts';
import type { AwsLogLine } from '../../../local-aws/server.ts';

/** What to export so that AWS SDKs come here. Only this goes to standard output. */
export function renderEnvironment(url: string, { region = 'us-west-2', users }: LocalAwsConfig): string {
  const [user] = users;
  const endpoints = ['STS', 'S3', 'EC2'].map((service) => `export AWS_ENDPOINT_URL_${service}=${url}`);
  return [
    '# The local AWS listens. In another shell:',
    ...endpoints,
    // SDKs read one or the other.
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    // Without credentials they would ask an address that is not there, and wait.
    'export AWS_EC2_METADATA_DISABLED=true',
    ...(user === undefined
      ? []
      : [`export AWS_ACCESS_KEY_ID=${user.accessKeyId} # its secret is in the configuration`]),
    '',
  ].join('\n');
}

/** `PUT /bucket/key s3:PutObject 403 AccessDenied (arn…): reason` */
export function renderLogLine({ method, path, status, note }: AwsLogLine): string {
  const { action, code, caller, reason } = note;
  const words = [
    method,
    path,
    action,
    String(status),
    code,
    caller === undefined ? undefined : `(${caller})`,
  ];
  const line = words.filter((word) => word !== undefined).join(' ');
  return toPlain(reason === undefined ? line : `${line}: ${reason}`);
}

export function renderKeyEvent(event: KeyEvent): string | undefined {
  if (event.kind === 'refused') return toPlain(`keys of ${event.issuer}: ${event.problem}`);
  if (event.kind !== 'refreshed') return undefined;
  const skipped = event.skipped.map(({ index, problem }) => `; key ${index} is passed over: ${problem}`);
  return toPlain(`keys of ${event.issuer}: ${event.keys}${skipped.join('')}`);
}

/** Much of a line came from outside, and a terminal obeys control characters. */
function toPlain(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?').slice(0, 2_000);
}
