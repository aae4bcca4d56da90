import { isClusterId } from '../../aws/eks-token.ts';
import { isRegion } from '../../aws/hosts.ts';
import { parseProxyUrl } from '../../aws/proxy-url.ts';
import { parseRoleArn } from '../../aws/role-arn.ts';
import { checkNoWords, type Problems, type SettingsReading } from '../../settings/checks.ts';
import type { FlagReading } from '../../settings/pflag.ts';
import type { GET_TOKEN_FLAGS, SharedFlags, TOKEN_FLAGS } from './flags.ts';

/** What is printed of a token. */
export interface Printed {
  readonly what: 'credential' | 'token' | 'expiration';
  readonly format: 'json' | 'text';
}

const TOKEN_ONLY: Printed = { what: 'token', format: 'text' };

/** What a command line asks for; '' where it says nothing of it. */
export interface TokenRequest {
  readonly clusterId: string;
  readonly roleArn: string;
  /** Of the authenticator, for what is '' otherwise. */
  readonly configFile: string;
  readonly region: string;
  readonly profile: string;
  readonly externalId: string;
  readonly sessionName: string;
  readonly forwardSessionName: boolean;
  readonly mfaSerial: string;
  readonly cache: boolean;
  readonly tokenHost: string;
  readonly caBundle: string;
  /** A secret may be in it. */
  readonly proxy: string;
  readonly printed: Printed;
}

/** `iam-bridge token`. */
export function readTokenRequest(
  line: FlagReading<typeof TOKEN_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<TokenRequest> {
  const problems: Problems = [...line.problems];
  checkNoWords(line.rest, problems);
  const { values } = line;
  return finish(
    {
      ...readShared(values),
      clusterId: values['cluster-id'] || env['KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID'] || '',
      roleArn: values.role || env['DEFAULT_ROLE'] || '',
      configFile: values.config,
      printed: values['token-only'] ? TOKEN_ONLY : { what: 'credential', format: 'json' },
    },
    problems,
  );
}

/** The session of a role under which `aws eks get-token` signs: trust policies name it. */
const SESSION_NAME = 'EKSGetTokenAuth';

/** `iam-bridge get-token`. */
export function readGetTokenRequest(
  line: FlagReading<typeof GET_TOKEN_FLAGS>,
): SettingsReading<TokenRequest> {
  const problems: Problems = [...line.problems];
  checkNoWords(line.rest, problems);
  const { values } = line;
  const { 'cluster-name': name, 'cluster-id': id, 'role-arn': roleArn, role } = values;
  if (name !== '' && id !== '')
    problems.push('--cluster-name and --cluster-id are two names of one thing: give one');
  if (roleArn !== '' && role !== '' && roleArn !== role)
    problems.push('--role-arn and --role are two names of one flag: give one');
  const shared = readShared(values);
  const named = shared.sessionName !== '' || shared.forwardSessionName;
  return finish(
    {
      ...shared,
      sessionName: named ? shared.sessionName : SESSION_NAME,
      clusterId: name || id,
      roleArn: roleArn || role,
      configFile: '',
      printed: readPrinted(values, problems),
    },
    problems,
  );
}

function readShared(values: FlagReading<SharedFlags>['values']) {
  return {
    region: values.region,
    profile: values.profile,
    externalId: values['external-id'],
    sessionName: values['session-name'],
    forwardSessionName: values['forward-session-name'],
    mfaSerial: values['mfa-serial'],
    cache: values.cache,
    tokenHost: values['token-host'],
    caBundle: values['ca-bundle'],
    proxy: values.proxy,
  };
}

const QUERIES = new Map<string, Printed['what']>([
  ['', 'credential'],
  ['status.token', 'token'],
  ['status.expirationTimestamp', 'expiration'],
]);

function readPrinted(
  values: Pick<FlagReading<typeof GET_TOKEN_FLAGS>['values'], 'output' | 'query' | 'token-only'>,
  problems: Problems,
): Printed {
  if (values['token-only']) return TOKEN_ONLY;
  const { output, query } = values;
  const what = QUERIES.get(query);
  if (what === undefined)
    problems.push('--query knows status.token and status.expirationTimestamp: give one, or ask jq for more');
  if (output !== 'json' && output !== 'text') problems.push('--output is json or text: kubectl reads JSON');
  return { what: what ?? 'credential', format: output === 'text' ? 'text' : 'json' };
}

function finish(request: TokenRequest, problems: Problems): SettingsReading<TokenRequest> {
  checkRequest(request, problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings: request };
}

/** @param problems takes what is wrong with it */
export function checkRequest(request: TokenRequest, problems: Problems): void {
  if (request.roleArn !== '') checkRole(request.roleArn, problems);
  checkSession(request, problems);
  if (request.region !== '' && !isRegion(request.region))
    problems.push('--region is no region: give one such as eu-west-1');
  if (request.tokenHost !== '' && !HOST.test(request.tokenHost))
    problems.push('--token-host is no host name: give it in lower case, without https:// and port');
  if (request.proxy !== '' && parseProxyUrl(request.proxy) === undefined)
    problems.push('--proxy is no URL of an HTTP proxy: give one such as http://proxy.example:3128');
}

const HOST = /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** @returns what is wrong with the id of a cluster; undefined where nothing is */
export function checkClusterId(clusterId: string): string | undefined {
  if (clusterId === '') return 'no cluster is named: give --cluster-name NAME, or --cluster-id ID (-i ID)';
  if (isClusterId(clusterId)) return undefined;
  return 'the name or id of the cluster has a character that no header carries: give it in ASCII, without blanks around it';
}

function checkRole(roleArn: string, problems: Problems): void {
  if (parseRoleArn(roleArn) !== undefined) return;
  problems.push('the role is no role ARN: give one such as arn:aws:iam::111122223333:role/Deployer');
}

/** What STS takes (AWS STS API Reference, "AssumeRole"): asking costs a call, and its answer names no flag. */
function checkSession(
  { sessionName, forwardSessionName, externalId, mfaSerial }: TokenRequest,
  problems: Problems,
): void {
  if (forwardSessionName && sessionName !== '')
    problems.push('--forward-session-name and --session-name both name the session: give one');
  if (sessionName !== '' && !/^[\w+=,.@-]{2,64}$/.test(sessionName))
    problems.push('--session-name is no name of a session: 2 to 64 letters, digits and any of _+=,.@-');
  if (externalId !== '' && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId))
    problems.push('--external-id is no external id: 2 to 1224 letters, digits and any of _+=,.@:/-');
  if (mfaSerial !== '' && !/^[\w+=/:,.@-]{9,256}$/.test(mfaSerial))
    problems.push('--mfa-serial is no MFA device: give its ARN or serial number');
}
