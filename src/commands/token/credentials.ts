import { type AwsCredentials, type ChainCredentials, createCredentialChain } from '../../aws/credentials.ts';
import { createMetadataFetch, readInstanceIdentity } from '../../aws/instance-identity.ts';
import { createSdkNetwork, type SdkNetwork } from '../../aws/sdk-network.ts';
import type { Profile, SharedConfig } from '../../aws/shared-config.ts';
import { sha256 } from '../../aws/sigv4/signature.ts';
import { assumeRole, readOwnSessionName, type StsCaller } from '../../aws/sts-calls.ts';
import { findNearest } from '../../base/edit-distance.ts';
import { ConfigurationError } from '../../base/errors.ts';
import { readAwsAuthorities } from '../aws-authorities.ts';
import type { Surroundings } from '../surroundings.ts';
import { askMfaCode, openControllingTerminal } from './mfa.ts';
import type { TokenRequest } from './request.ts';

/** What decides whose credentials sign. */
export interface CredentialQuery {
  readonly request: TokenRequest;
  readonly shared: SharedConfig;
  /** By flag or environment; undefined where nobody named one. */
  readonly profileName: string | undefined;
  /** Of the environment; undefined where they do not count. */
  readonly keys: AwsCredentials | undefined;
  readonly region: string | undefined;
  /** Takes a sentence for people. */
  readonly warn: (text: string) => void;
}

export interface FoundCredentials {
  readonly credentials: AwsCredentials;
  readonly region: string;
}

/**
 * Credentials that stand elsewhere than in the environment, or those of a role that these assume. Where no region is
 * named, the metadata service is asked for it, if the credentials are its own.
 * @throws Error: one sentence with the remedy
 */
export async function findCredentials(
  query: CredentialQuery,
  surroundings: Surroundings,
): Promise<FoundCredentials> {
  const { request, shared, profileName, keys } = query;
  const profile = findProfile(shared, profileName);
  const network = await openNetwork(request, profile, surroundings.env);
  const mfaCode = (serial: string): Promise<string> =>
    askMfaCode(serial, {
      input: surroundings.input,
      err: surroundings.terminal.err,
      openTerminal: surroundings.openTerminal ?? openControllingTerminal,
    });
  const means = { profile, network, mfaCode, env: surroundings.env };
  const base = keys ?? (await readCached(query, means, surroundings.now));
  const region = query.region ?? (await findInstanceRegion(base, surroundings.env)) ?? 'us-east-1';
  if (request.roleArn === '') return { credentials: base, region };
  const caller = { credentials: base, region, network, profile: profileName };
  return { credentials: await assume(request, caller, { mfaCode, now: surroundings.now }), region };
}

/** One that somebody named has to be there: going on would sign as somebody else. */
function findProfile({ profiles }: SharedConfig, name: string | undefined): Profile {
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

async function openNetwork(
  request: TokenRequest,
  profile: Profile,
  env: NodeJS.ProcessEnv,
): Promise<SdkNetwork> {
  const bundle = [
    { by: '--ca-bundle', path: request.caBundle },
    { by: 'AWS_CA_BUNDLE', path: env['AWS_CA_BUNDLE'] ?? '' },
    { by: 'ca_bundle of the profile', path: profile.get('ca_bundle') ?? '' },
  ].find(({ path }) => path !== '');
  const authorities = await readAwsAuthorities(bundle);
  return createSdkNetwork({ proxies: env, ...(authorities !== undefined && { authorities }) });
}

/** The chain's credentials, or those that it brought before. */
async function readCached(
  query: CredentialQuery,
  means: ChainMeans,
  now: () => number,
): Promise<AwsCredentials> {
  const { request, profileName, warn } = query;
  const profile = request.cache ? toCacheProfile(profileName, means) : undefined;
  if (profile === undefined) return await readChain(query, means);
  const { findCacheFile, useCache } = await import('./credential-cache.ts');
  const { clusterId, roleArn } = request;
  const deps = { path: findCacheFile(means.env), now, warn, wait };
  return await useCache({ clusterId, profile, roleArn }, deps, () => readChain(query, means));
}

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A profile's own name, as the Go program has it; what identifies all others. An instance's credentials are none for a
 * cache: they are at hand, and their region is asked for with them.
 */
function toCacheProfile(name: string | undefined, { profile, env }: ChainMeans): string | undefined {
  const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: token } = env;
  const [full, relative] = [
    env['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
    env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ];
  if (name !== undefined) return name;
  if (role && token) return fingerprint('pod', role, token);
  if ([...profile.keys()].some((key) => SETTINGS.test(key))) return 'default';
  return full || relative ? fingerprint('container', full ?? '', relative ?? '') : undefined;
}

function fingerprint(...parts: readonly string[]): string {
  return `iam-bridge-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
}

interface ChainMeans {
  readonly profile: Profile;
  readonly network: SdkNetwork;
  readonly mfaCode: (serial: string) => Promise<string>;
  readonly env: NodeJS.ProcessEnv;
}

async function readChain(
  { profileName, region }: CredentialQuery,
  { profile, network, mfaCode, env }: ChainMeans,
): Promise<ChainCredentials> {
  // The AWS CLI and the Go program take a pod's role before the profile that nobody named; the SDK does not.
  const isPod = Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']);
  const withoutFiles = profileName === undefined && isPod;
  const options = { profile: profileName, region, network, mfaCode, withoutFiles };
  const credentials = await createCredentialChain(options)();
  if (credentials.source !== 'profile' && !withoutFiles) checkUnused(profileName ?? 'default', profile);
  return credentials;
}

const SETTINGS =
  /^(?:role_arn|source_profile|credential_source|credential_process|web_identity_token_file|login_session|aws_access_key_id|sso_(?!region$).*)$/;

/** Settings that are there and incomplete must not lead to the credentials of somebody else. */
function checkUnused(name: string, profile: Profile): void {
  const setting = [...profile.keys()].find((key) => SETTINGS.test(key));
  if (setting === undefined) return;
  throw new ConfigurationError(
    `the profile ${name} has ${setting}, and leads to no credentials: complete it (role_arn needs source_profile or credential_source, aws_access_key_id needs aws_secret_access_key)`,
  );
}

async function findInstanceRegion(
  credentials: AwsCredentials | ChainCredentials,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const isContainer =
    env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (!('source' in credentials) || credentials.source !== 'remote' || isContainer) return undefined;
  const endpoint = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || 'http://169.254.169.254';
  const identity = await readInstanceIdentity(createMetadataFetch(endpoint)).catch(() => undefined);
  return identity?.region;
}

async function assume(
  request: TokenRequest,
  caller: StsCaller,
  { mfaCode, now }: { readonly mfaCode: (serial: string) => Promise<string>; readonly now: () => number },
): Promise<AwsCredentials> {
  const { roleArn, externalId, mfaSerial, forwardSessionName } = request;
  const forwarded = forwardSessionName ? await readOwnSessionName(caller) : undefined;
  const sessionName = forwarded ?? (request.sessionName || `iam-bridge-${now()}`);
  return await assumeRole(caller, {
    roleArn,
    sessionName,
    ...(externalId !== '' && { externalId }),
    ...(mfaSerial !== '' && { mfa: { serial: mfaSerial, code: await mfaCode(mfaSerial) } }),
  });
}
