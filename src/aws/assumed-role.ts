import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { isRecord } from '../json/record.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import type { SdkNetwork } from './sdk-network.ts';

export interface AssumedRoleOptions {
  readonly roleArn: string;
  readonly sessionName: string;
  /** For whom it is done: the role's trust policy may ask for `aws:SourceArn` and `aws:SourceAccount`. */
  readonly sourceArn?: string | undefined;
  readonly region: () => Promise<string>;
  /** Who assumes it; undefined: the SDK's own chain */
  readonly credentials?: CredentialSource | undefined;
  readonly endpoint?: string | undefined;
  readonly network?: SdkNetwork | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

const SECONDS = 3_600;
/** ms before their end at which credentials are renewed */
const MARGIN = 5 * 60_000;

/** Credentials of a role, for an hour each time; one call for all who wait. */
export function createAssumedRole(options: AssumedRoleOptions): CredentialSource {
  let held: Promise<AwsCredentials> | undefined;
  let until = 0;
  return async () => {
    if (held !== undefined && options.clock.now() < until) return await held;
    until = Number.POSITIVE_INFINITY;
    held = assume(options);
    try {
      const credentials = await held;
      until = (credentials.expiration?.getTime() ?? 0) - MARGIN;
      return credentials;
    } catch (error) {
      held = undefined;
      throw error;
    }
  };
}

async function assume({
  roleArn,
  sessionName,
  sourceArn,
  region,
  credentials,
  endpoint,
  network,
}: AssumedRoleOptions) {
  const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const sts = new STSClient({
    region,
    ...(credentials !== undefined && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
    ...(network !== undefined && { requestHandler: network }),
  });
  // Before the signature, which then covers them.
  sts.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (sourceArn !== undefined && isRecord(request) && isRecord(request['headers'])) {
        Object.assign(request['headers'], toSourceHeaders(sourceArn));
      }
      return next(args);
    },
    { step: 'build' },
  );
  try {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: SECONDS,
    });
    const { Credentials: given } = await sts.send(command);
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new Error('STS gave no credentials');
    const expiration = given?.Expiration;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...(expiration && { expiration }),
    };
  } catch (cause) {
    throw new Error(`${roleArn} cannot be assumed: ${describeError(cause)}`, { cause });
  } finally {
    sts.destroy();
  }
}

/** What a request says of whom it is made for. */
function toSourceHeaders(sourceArn: string): Readonly<Record<string, string>> {
  const [, , , , account = ''] = sourceArn.split(':');
  return { 'x-amz-source-arn': sourceArn, 'x-amz-source-account': account };
}
