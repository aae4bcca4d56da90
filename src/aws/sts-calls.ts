import type { STSClient } from '@aws-sdk/client-sts';
import { isRecord } from '../json/record.ts';
import { parseArn } from './arn.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import type { SdkNetwork } from './sdk-network.ts';
import { describeStsError } from './sts-errors.ts';

/** Who asks STS, and where. */
export interface StsCaller {
  /** undefined: the SDK's own chain */
  readonly credentials?: AwsCredentials | CredentialSource | undefined;
  readonly region: string | (() => Promise<string>);
  /** undefined: what the environment and the shared files say, else the region's public host */
  readonly endpoint?: string | undefined;
  readonly network?: SdkNetwork | undefined;
  /**
   * Of the shared files: whose settings say FIPS, dual-stack and how often to try. An `endpoint_url` of its own does not
   * count: for that the SDK looks at the profile of AWS_PROFILE alone.
   */
  readonly profile?: string | undefined;
}

export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
  /** How long they live; undefined: an hour. */
  readonly seconds?: number | undefined;
  readonly mfa?: { readonly serial: string; readonly code: string } | undefined;
  /** For whom it is done: the role's trust policy may ask for `aws:SourceArn` and `aws:SourceAccount`. */
  readonly sourceArn?: string | undefined;
}

/**
 * Credentials of a role.
 * @throws Error: one sentence with the remedy
 */
export async function assumeRole(caller: StsCaller, request: RoleRequest): Promise<AwsCredentials> {
  const { client, AssumeRoleCommand } = await open(caller);
  const { roleArn, sessionName, externalId, seconds, mfa, sourceArn } = request;
  if (sourceArn !== undefined) addHeaders(client, toSourceHeaders(sourceArn));
  try {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        ...(externalId !== undefined && { ExternalId: externalId }),
        ...(seconds !== undefined && { DurationSeconds: seconds }),
        ...(mfa !== undefined && { SerialNumber: mfa.serial, TokenCode: mfa.code }),
      }),
    );
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
      throw new Error('its answer has no credentials');
    const expiration = given?.Expiration;
    return { accessKeyId, secretAccessKey, sessionToken, ...(expiration !== undefined && { expiration }) };
  } catch (error) {
    throw describeStsError(error, `assume ${roleArn}`);
  } finally {
    client.destroy();
  }
}

/** The name of the session that asks; undefined where whoever asks is none. @throws as {@link assumeRole} */
export async function readOwnSessionName(caller: StsCaller): Promise<string | undefined> {
  const { client, GetCallerIdentityCommand } = await open(caller);
  try {
    const { UserId = '' } = await client.send(new GetCallerIdentityCommand({}));
    const [, name, ...more] = UserId.split(':');
    return more.length === 0 ? name : undefined;
  } catch (error) {
    throw describeStsError(error, 'say whose credentials these are');
  } finally {
    client.destroy();
  }
}

async function open({ credentials, region, endpoint, network, profile }: StsCaller) {
  const { STSClient, ...commands } = await import('@aws-sdk/client-sts');
  const client = new STSClient({
    region,
    ...(credentials !== undefined && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
    ...(network !== undefined && { requestHandler: network }),
    ...(profile !== undefined && { profile }),
  });
  return { client, ...commands };
}

/** What a request says of whom it is made for. */
function toSourceHeaders(sourceArn: string): Readonly<Record<string, string>> {
  return { 'x-amz-source-arn': sourceArn, 'x-amz-source-account': parseArn(sourceArn)?.account ?? '' };
}

/** Before the signature, which then covers them. */
function addHeaders(client: STSClient, headers: Readonly<Record<string, string>>): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (isRecord(request) && isRecord(request['headers'])) Object.assign(request['headers'], headers);
      return next(args);
    },
    { step: 'build' },
  );
}
