import { createAgentFetch } from '../aws/agent-fetch.ts';
import type { ErringProfile } from '../aws/credential-errors.ts';
import { type ChainCredentials, type CredentialSource, createCredentialChain } from '../aws/credentials.ts';
import { readEnvironmentKeys } from '../aws/environment-keys.ts';
import { createProfileSource } from '../aws/profile-source.ts';
import { createSdkNetwork, type SdkNetwork } from '../aws/sdk-network.ts';
import type { Profile, SharedConfig } from '../aws/shared-config.ts';
import { findNearest } from '../base/edit-distance.ts';
import { ConfigurationError } from '../base/errors.ts';
import { readAwsAuthorities } from './aws-authorities.ts';
import { findRegion } from './aws-region.ts';
import { toProxyVariables } from './proxy-settings.ts';
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
 * How AWS is reached: by proxies, and with authorities of a file beside all others.
 * @param flags of the command line; '' where environment and profile decide
 */
export async function openAwsNetwork(
  flags: { readonly caBundle: string; readonly proxy: string },
  profile: Profile,
  env: NodeJS.ProcessEnv,
): Promise<SdkNetwork> {
  const bundle = [
    { by: '--ca-bundle', path: flags.caBundle },
    { by: 'AWS_CA_BUNDLE', path: env['AWS_CA_BUNDLE'] ?? '' },
    { by: 'ca_bundle of the profile', path: profile.get('ca_bundle') ?? '' },
  ].find(({ path }) => path !== '');
  const authorities = await readAwsAuthorities(bundle);
  const proxies = toProxyVariables(flags.proxy, env);
  return createSdkNetwork({ proxies, ...(authorities !== undefined && { authorities }) });
}

export interface ChainQuery {
  /** By flag or environment; undefined where nobody named one. */
  readonly profileName: string | undefined;
  readonly profile: Profile;
  readonly shared: SharedConfig;
  readonly network: SdkNetwork;
  readonly env: NodeJS.ProcessEnv;
  /** ms since epoch */
  readonly now: () => number;
  readonly region: string | undefined;
  readonly mfaCode?: (serial: string) => Promise<string>;
}

/** Credentials that stand elsewhere than in variables; asked again, they are renewed where they have expired. */
export function createOwnChain(query: ChainQuery): () => Promise<ChainCredentials> {
  const { profileName, profile, env, network, region } = query;
  // The AWS CLI and the Go program take a pod's role before the profile that nobody named; the SDK does not.
  const isPod = Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']);
  const withoutFiles = profileName === undefined && isPod;
  if (!withoutFiles && leadsToCredentials(profile))
    return createProfileSource({ ...query, ...toErringProfile(query) });
  return createCredentialChain({ network, region, profile: profileName, withoutFiles });
}

function toErringProfile({ profileName: profile = 'default', shared }: ChainQuery): ErringProfile {
  const seen = new Set<string>();
  let origin = profile;
  for (let next: string | undefined = profile; next !== undefined && !seen.has(next); ) {
    origin = next;
    seen.add(next);
    next = shared.profiles.get(next)?.get('source_profile');
  }
  return { profile, origin };
}

const CREDENTIAL_SETTINGS =
  /^(?:role_arn|source_profile|credential_source|credential_process|web_identity_token_file|login_session|aws_access_key_id|sso_(?!region$).*)$/;

/** Whether a profile has a setting that is there for the sake of credentials. */
export function leadsToCredentials(profile: Profile): boolean {
  return [...profile.keys()].some((key) => CREDENTIAL_SETTINGS.test(key));
}

/** Whose credentials a command signs with, and how it reaches AWS. Nothing is read before one of them is asked for. */
export interface AwsAccount {
  /** @throws ConfigurationError where a profile, a variable or a file is wrong; Error where there are none */
  readonly credentials: CredentialSource;
  /** By the proxies and authorities that hold for AWS; Node's own knows neither. */
  readonly fetch: typeof fetch;
}

export interface AccountOptions {
  readonly env: NodeJS.ProcessEnv;
  /** ms since epoch */
  readonly now: () => number;
  /** Where it is settled otherwise how AWS is reached. */
  readonly network?: SdkNetwork;
}

/**
 * In the order of the AWS CLI, as for a token: keys in the environment go before a profile that no flag names.
 * @param profile of `--profile`; '' where environment and files decide
 */
export function createAwsAccount(profile: string, options: AccountOptions): AwsAccount {
  let opened: ReturnType<typeof open> | undefined;
  const use = (): ReturnType<typeof open> => {
    opened ??= open(profile, options).catch((error: unknown) => {
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

async function open(given: string, { env, now, network: known }: AccountOptions): Promise<AwsAccount> {
  const shared = readSharedFiles(env);
  const profileName = findProfileName(given, env);
  const keys = given === '' ? readEnvironmentKeys(env) : undefined;
  // Keys need no profile; one that is named says all the same how AWS is reached.
  const profile = keys
    ? (shared.profiles.get(profileName ?? 'default') ?? new Map<string, string>())
    : findProfile(shared, profileName);
  const network = known ?? (await openAwsNetwork({ caBundle: '', proxy: '' }, profile, env));
  const region = findRegion({ given: '', env, profile });
  return {
    credentials: keys
      ? async () => keys
      : createOwnChain({ profileName, profile, shared, network, env, now, region }),
    fetch: createAgentFetch(network),
  };
}
