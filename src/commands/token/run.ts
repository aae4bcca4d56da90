import type { AwsCredentials } from '../../aws/credentials.ts';
import { EKS_TOKEN_LIFETIME, renderEksToken } from '../../aws/eks-token.ts';
import { readEnvironmentKeys } from '../../aws/environment-keys.ts';
import { ConfigurationError, describeError, ExplainedError } from '../../base/errors.ts';
import { findRegion } from '../aws-region.ts';
import { complain, note } from '../diagnostics.ts';
import { findProfileName, readSharedFiles } from '../shared-files.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { CredentialQuery } from './credentials.ts';
import { type ExecInfo, readExecInfo } from './exec-info.ts';
import { readHostOptions, toTokenPlace } from './place.ts';
import { renderToken } from './print.ts';
import { checkClusterId, checkRequest, type TokenRequest } from './request.ts';

/** Prints a token for a cluster, and nothing where there is none. @param name of the command, for what it says */
export async function runToken(
  name: string,
  given: TokenRequest,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { env, terminal, now } = surroundings;
  const info = readExecInfo(env['KUBERNETES_EXEC_INFO']);
  if (info.notice !== undefined) note(name, [info.notice], terminal);
  try {
    const completed = await complete(given);
    const clusterId = completed.clusterId || info.cluster.clusterId || '';
    const request = { ...completed, clusterId };
    const problem = checkClusterId(clusterId);
    if (problem !== undefined) return complain(name, [problem], terminal, 2);
    const warn = (text: string): void => note(name, [text], terminal);
    const { credentials, place } = await findSigner(request, { info, warn }, surroundings);
    const time = now();
    const expiration = toExpiration(credentials, time);
    const token = renderEksToken({ clusterId, accessKey: credentials, ...place, now: time });
    terminal.out(`${renderToken({ apiVersion: info.apiVersion, token, expiration }, request.printed)}\n`);
    return 0;
  } catch (error) {
    return complain(name, [describeError(error)], terminal, error instanceof ConfigurationError ? 2 : 3);
  }
}

/** @throws ConfigurationError: all that is wrong with what its configuration file adds */
async function complete(request: TokenRequest): Promise<TokenRequest> {
  if (request.configFile === '') return request;
  const { completeByFile } = await import('./config-file.ts');
  const completed = completeByFile(request, request.configFile);
  const problems: string[] = [];
  checkRequest(completed, problems);
  if (problems.length > 0) throw new ConfigurationError(`${request.configFile}: ${problems.join('; ')}`);
  return completed;
}

interface Aside {
  readonly info: ExecInfo;
  readonly warn: (text: string) => void;
}

async function findSigner(request: TokenRequest, { info, warn }: Aside, surroundings: Surroundings) {
  const { env } = surroundings;
  const shared = readSharedFiles(env);
  const profileName = findProfileName(request.profile, env);
  const profile = shared.profiles.get(profileName ?? 'default') ?? new Map<string, string>();
  const region = findRegion({ given: request.region, env, profile, cluster: info.cluster.region });
  const keys = request.profile === '' ? readEnvironmentKeys(env) : undefined;
  // Where the environment has all that it takes, nothing else is loaded: kubectl asks for each of its calls.
  const found =
    keys !== undefined && request.roleArn === ''
      ? { credentials: keys, region: region ?? 'us-east-1' }
      : await loadCredentials({ request, shared, profileName, keys, region, warn }, surroundings);
  const place = toTokenPlace(found.region, readHostOptions(env, profile), request.tokenHost);
  return { credentials: found.credentials, place };
}

async function loadCredentials(query: CredentialQuery, surroundings: Surroundings) {
  const { findCredentials } = await import('./credentials.ts');
  return await findCredentials(query, surroundings);
}

/** No token outlives the credentials that signed it. */
function toExpiration({ expiration }: AwsCredentials, now: number): number {
  const end = expiration?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end <= now)
    throw new ExplainedError(
      `the AWS credentials expired at ${new Date(end).toISOString()}: get new ones, or log in again`,
    );
  return Math.min(end, now + EKS_TOKEN_LIFETIME);
}
