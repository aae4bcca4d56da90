import { devNull } from 'node:os';
import { describeCredentialError } from './credential-errors.ts';
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

export interface ChainOptions extends SdkSettings {
  /** Of the shared files; absent: AWS_PROFILE, or `default`. */
  readonly profile?: string | undefined;
  /** The shared files say nothing, as if they were not there. */
  readonly withoutFiles?: boolean;
}

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
      throw describeCredentialError(error, undefined);
    }
  };
}

async function loadChain({ profile, withoutFiles = false, ...options }: ChainOptions) {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider({
    ...toSdkOptions(options),
    ...(profile !== undefined && { profile }),
    ...(withoutFiles && { filepath: devNull, configFilepath: devNull }),
  });
}

/** What the SDK's sources of credentials are told. */
export interface SdkSettings {
  /** That STS is asked in, where the profile has none. */
  readonly region?: string | undefined;
  readonly network?: SdkNetwork | undefined;
}

export function toSdkOptions({ region, network }: SdkSettings) {
  const requestHandler = network !== undefined && { requestHandler: network };
  return {
    logger: SILENT,
    clientConfig: { ...requestHandler },
    parentClientConfig: { ...(region !== undefined && { region }), ...requestHandler },
  };
}

const nothing = (): void => {};

/** The SDK warns of what is decided here, by whoever names a profile. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What the SDK notes of where credentials come from (its "credential features"); of metadata services it notes nothing. */
interface SourcedCredentials extends AccessKey {
  readonly expiration?: Date;
  readonly $source?: object;
}

export function toCredentials(given: SourcedCredentials): ChainCredentials {
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
