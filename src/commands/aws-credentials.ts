import { createAgentFetch } from '../aws/agent-fetch.ts';
import { type ChainCredentials, type CredentialSource, createCredentialChain } from '../aws/credentials.ts';
import { readEnvironmentKeys } from '../aws/environment-keys.ts';
import { createSdkNetwork, type SdkNetwork } from '../aws/sdk-network.ts';
import type { Profile, SharedConfig } from '../aws/shared-config.ts';
import { findNearest } from '../base/edit-distance.ts';
import { ConfigurationError } from '../base/errors.ts';
import { readAwsAuthorities } from './aws-authorities.ts';
import { findProfileName, readSharedFiles } from './shared-files.ts';

/** One that somebody named has to be there: going on would sign as somebody else. */
export function findProfile({ profiles }: SharedConfig, name: string | undefined): Profile {
  const profile = profiles.get(name ?? 'default');
  if (profile !== undefined || name === undefined) return profile ?? new Map();
  const nearest = findNearest(name, profiles.keys());
  const meant =
    nearest === undefined
      ? 'aws configure list-profiles shows those that are there'
      : `did you mean ${nearest}?`;
  throw new ConfigurationError(
    `there is no profile ${JSON.stringify(name.slice(0, 80))} in the shared files of AWS: ${meant}`,
  );
}

/**
 * How AWS is reached: by the proxies of the environment, and with authorities of a file beside all others.
 * @param caBundle of `--ca-bundle`; '' where environment and profile decide
 */
export async function openAwsNetwork(
  caBundle: string,
  profile: Profile,
  env: NodeJS.ProcessEnv,
): Promise<SdkNetwork> {
  const bundle = [
    { by: '--ca-bundle', path: caBundle },
    { by: 'AWS_CA_BUNDLE', path: env['AWS_CA_BUNDLE'] ?? '' },
    { by: 'ca_bundle of the profile', path: profile.get('ca_bundle') ?? '' },
  ].find(({ path }) => path !== '');
  const authorities = await readAwsAuthorities(bundle);
  return createSdkNetwork({ proxies: env, ...(authorities !== undefined && { authorities }) });
}

export interface ChainQuery {
  /** By flag or environment; undefined where nobody named one. */
  readonly profileName: string | undefined;
  readonly profile: Profile;
  readonly network: SdkNetwork;
  readonly env: NodeJS.ProcessEnv;
  readonly region?: string | undefined;
  readonly mfaCode?: (serial: string) => Promise<string>;
}

/** Credentials that stand elsewhere than in variables; asked again, they are renewed where they have expired. */
export function createOwnChain(query: ChainQuery): () => Promise<ChainCredentials> {
  const { profileName, profile, network, env, region, mfaCode } = query;
  // The AWS CLI and the Go program take a pod's role before the profile that nobody named; the SDK does not.
  const isPod = Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']);
  const withoutFiles = profileName === undefined && isPod;
  const asking = mfaCode && { mfaCode };
  const chain = createCredentialChain({ profile: profileName, region, network, withoutFiles, ...asking });
  return async () => {
    const credentials = await chain();
    if (credentials.source !== 'profile' && !withoutFiles) checkUnused(profileName ?? 'default', profile);
    return credentials;
  };
}

/** Settings of a profile that lead to credentials. */
export const CREDENTIAL_SETTINGS =
  /^(?:role_arn|source_profile|credential_source|credential_process|web_identity_token_file|login_session|aws_access_key_id|sso_(?!region$).*)$/;

/** Settings that are there and incomplete must not lead to the credentials of somebody else. */
function checkUnused(name: string, profile: Profile): void {
  const setting = [...profile.keys()].find((key) => CREDENTIAL_SETTINGS.test(key));
  if (setting === undefined) return;
  throw new ConfigurationError(
    `the profile ${name} has ${setting}, and leads to no credentials: complete it (role_arn needs source_profile or credential_source, aws_access_key_id needs aws_secret_access_key)`,
  );
}

/** Whose credentials a command signs with, and how it reaches AWS. Nothing is read before one of them is asked for. */
export interface AwsAccount {
  /** @throws ConfigurationError where a profile, a variable or a file is wrong; Error where there are none */
  readonly credentials: CredentialSource;
  /** By the proxies and authorities that hold for AWS; Node's own knows neither. */
  readonly fetch: typeof fetch;
}

/**
 * In the order of the AWS CLI, as for a token: keys in the environment go before a profile that no flag names.
 * @param profile of `--profile`; '' where environment and files decide
 * @param network where it is settled otherwise how AWS is reached
 */
export function createAwsAccount(profile: string, env: NodeJS.ProcessEnv, network?: SdkNetwork): AwsAccount {
  let opened: ReturnType<typeof open> | undefined;
  const use = (): ReturnType<typeof open> => {
    opened ??= open(profile, env, network).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    credentials: async () => await (await use()).credentials(),
    fetch: async (input, init) => await (await use()).fetch(input, init),
  };
}

async function open(
  given: string,
  env: NodeJS.ProcessEnv,
  known: SdkNetwork | undefined,
): Promise<AwsAccount> {
  const shared = readSharedFiles(env);
  const profileName = findProfileName(given, env);
  const keys = given === '' ? readEnvironmentKeys(env) : undefined;
  // Keys need no profile; one that is named says all the same how AWS is reached.
  const profile = keys
    ? (shared.profiles.get(profileName ?? 'default') ?? new Map<string, string>())
    : findProfile(shared, profileName);
  const network = known ?? (await openAwsNetwork('', profile, env));
  return {
    credentials: keys ? async () => keys : createOwnChain({ profileName, profile, network, env }),
    fetch: createAgentFetch(network),
  };
}
