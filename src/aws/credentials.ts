import { devNull } from 'node:os';
import { ExplainedError, toError, toLine } from '../base/errors.ts';
import type { SdkNetwork } from './sdk-network.ts';
import type { AccessKey } from './sigv4/signature.ts';

/** A key pair, and the session token of temporary ones. Never printed, never logged. */
export interface AwsCredentials extends AccessKey {
  readonly expiration?: Date;
}

/** Credentials of the chain, and which link gave them: the shared files, a metadata service, or another. */
export interface ChainCredentials extends AwsCredentials {
  readonly source: 'profile' | 'remote' | 'other';
}

/** @throws Error where there are none */
export type CredentialSource = () => Promise<AwsCredentials>;

export interface ChainOptions {
  /** Of the shared files; absent: AWS_PROFILE, or `default`. */
  readonly profile?: string | undefined;
  /** That STS is asked in, where the profile has none. */
  readonly region?: string | undefined;
  readonly network?: SdkNetwork | undefined;
  /** The shared files say nothing, as if they were not there. */
  readonly withoutFiles?: boolean;
  /** Asks somebody for the code of an MFA device. */
  readonly mfaCode?: (serial: string) => Promise<string>;
}

const REMEDY =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or run where a role is: a pod with one, EC2, ECS';

/**
 * The chain of the AWS SDK: environment, shared files and SSO, web identity, container, instance. It renews what expires.
 * The SDK is loaded when credentials are first asked for.
 */
export function createCredentialChain(options: ChainOptions = {}): () => Promise<ChainCredentials> {
  let chain: ReturnType<typeof loadChain> | undefined;
  return async () => {
    chain ??= loadChain(options);
    const provide = await chain;
    try {
      return toCredentials(await provide());
    } catch (error) {
      throw describeChainError(error, options.profile);
    }
  };
}

async function loadChain({ profile, region, network, withoutFiles = false, mfaCode }: ChainOptions) {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider({
    logger: SILENT,
    ...(profile !== undefined && { profile }),
    ...(withoutFiles && { filepath: devNull, configFilepath: devNull }),
    ...(mfaCode !== undefined && { mfaCodeProvider: mfaCode }),
    ...(network !== undefined && { clientConfig: { requestHandler: network } }),
    parentClientConfig: {
      ...(region !== undefined && { region }),
      ...(network !== undefined && { requestHandler: network }),
    },
  });
}

const nothing = (): void => {};

/** The SDK warns of what is decided here, by whoever names a profile. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What the SDK notes of where credentials come from (its "credential features"); of metadata services it notes nothing. */
interface SourcedCredentials extends AccessKey {
  readonly expiration?: Date;
  readonly $source?: object;
}

function toCredentials(given: SourcedCredentials): ChainCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, $source = {} } = given;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
    source: toSource(Object.keys($source)),
  };
}

function toSource(features: readonly string[]): ChainCredentials['source'] {
  if (features.some((feature) => /^CREDENTIALS_(?:PROFILE|PROCESS|SSO|LOGIN)/.test(feature)))
    return 'profile';
  return features.length === 0 ? 'remote' : 'other';
}

/** What the SDK finds on this machine, and what the portal answers to a login that was ended elsewhere. */
const LOGGED_OUT =
  /\bsso\b.*(?:session|token|expired|invalid)|refresh this SSO session|^UnauthorizedException\b/i;

/** The SDK's sentences have neither the profile's name nor the command; its other texts are AWS's own. */
function describeChainError(error: unknown, profile: string | undefined): Error {
  const message = toError(error).message;
  const login = `aws sso login${profile === undefined ? '' : ` --profile ${profile}`}`;
  const whose = profile ?? 'the profile';
  if (LOGGED_OUT.test(message))
    return new ExplainedError(`the SSO session of ${whose} has expired, or there is none: run \`${login}\``);
  if (/^(?:Forbidden|ResourceNotFound)Exception\b/.test(message))
    return new ExplainedError(
      `IAM Identity Center does not give the role of ${whose} (${toLine(message).slice(0, 200)}): correct sso_account_id and sso_role_name, or have it assigned`,
      { cause: error },
    );
  return new ExplainedError(`no AWS credentials (${toLine(message).slice(0, 200)}): ${REMEDY}`, {
    cause: error,
  });
}
