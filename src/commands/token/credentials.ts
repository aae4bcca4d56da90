import type { AwsCredentials, ChainCredentials } from '../../aws/credentials.ts';
import { createMetadataFetch, readInstanceIdentity } from '../../aws/instance-identity.ts';
import type { SharedConfig } from '../../aws/shared-config.ts';
import { sha256 } from '../../aws/sigv4/signature.ts';
import { assumeRole, readOwnSessionName, type StsCaller } from '../../aws/sts-calls.ts';
import {
  type ChainQuery,
  createOwnChain,
  findProfile,
  leadsToCredentials,
  openAwsNetwork,
} from '../aws-credentials.ts';
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
  const network = await openAwsNetwork(request, profile, surroundings.env);
  const mfaCode = (serial: string): Promise<string> =>
    askMfaCode(serial, {
      input: surroundings.input,
      err: surroundings.terminal.err,
      openTerminal: surroundings.openTerminal ?? openControllingTerminal,
    });
  const { env, now } = surroundings;
  const means = { profile, profileName, shared, network, mfaCode, env, now, region: query.region };
  const base = keys ?? (await readCached(query, means));
  const region = query.region ?? (await findInstanceRegion(base, env)) ?? 'us-east-1';
  if (request.roleArn === '') return { credentials: base, region };
  const caller = { credentials: base, region, network, profile: profileName };
  return { credentials: await assume(request, caller, { mfaCode, now }), region };
}

/** The chain's credentials, or those that it brought before. */
async function readCached(query: CredentialQuery, means: ChainQuery): Promise<AwsCredentials> {
  const { request, profileName, warn } = query;
  const profile = request.cache ? toCacheProfile(profileName, means) : undefined;
  const readChain = createOwnChain(means);
  if (profile === undefined) return await readChain();
  const { findCacheFile, useCache } = await import('./credential-cache.ts');
  const { clusterId, roleArn } = request;
  const deps = { path: findCacheFile(means.env), now: means.now, warn, wait };
  return await useCache({ clusterId, profile, roleArn }, deps, readChain);
}

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A profile's own name, as the Go program has it; what identifies all others. An instance's credentials are none for a
 * cache: they are at hand, and their region is asked for with them.
 */
function toCacheProfile(name: string | undefined, { profile, env }: ChainQuery): string | undefined {
  const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: token } = env;
  const [full, relative] = [
    env['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
    env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ];
  if (name !== undefined) return name;
  if (role && token) return fingerprint('pod', role, token);
  if (leadsToCredentials(profile)) return 'default';
  return full || relative ? fingerprint('container', full ?? '', relative ?? '') : undefined;
}

function fingerprint(...parts: readonly string[]): string {
  return `iam-bridge-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
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
