import { type Arn, isAccountId, parseArn } from '../../aws/arn.ts';
import { parseRoleArn } from '../../aws/role-arn.ts';
import { parseServiceAccount, toSubject } from '../../base/names/account.ts';
import { checkIssuer } from '../../trust/generate/inputs.ts';
import { isCidr } from '../../trust/match/cidr.ts';
import type { TrustPolicy } from '../../trust/policy.ts';
import { toConditionPrefix, toProviderArn } from '../../trust/provider.ts';
import type { TrustRequest } from '../../trust/request.ts';
import type { CallerClaims } from './caller.ts';

/** The options of `trust eval` that say who asks, and how. */
export interface RequestOptions {
  readonly token?: string;
  readonly serviceAccount?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly account?: string;
  readonly roleArn?: string;
  readonly sessionName?: string;
  readonly duration?: string;
  readonly sourceIp?: string;
  readonly sourceVpce?: string;
}

/** Sentences that each name an option, what is wrong with it, and the remedy. */
export function checkRequestOptions(options: RequestOptions): string[] {
  const { serviceAccount, issuer, account, roleArn, duration, sessionName, sourceIp, sourceVpce } = options;
  const checks: readonly (readonly [boolean, string])[] = [
    [
      serviceAccount !== undefined && parseServiceAccount(serviceAccount) === undefined,
      '--service-account is no ServiceAccount: give <namespace>/<name>',
    ],
    [account !== undefined && !isAccountId(account), '--account is no AWS account: give its 12 digits'],
    [
      roleArn !== undefined && readRole(roleArn) === undefined,
      '--role-arn is no role: give arn:aws:iam::<account>:role/<name>',
    ],
    [
      account !== undefined && roleArn !== undefined && readRole(roleArn)?.account !== account,
      '--account and --role-arn name two accounts: give one of them',
    ],
    [
      duration !== undefined &&
        !(/^[0-9]{3,5}$/.test(duration) && Number(duration) >= 900 && Number(duration) <= 43_200),
      '--duration is no duration that STS takes: give 900 to 43200 seconds',
    ],
    [
      sessionName !== undefined && !/^[\w+=,.@-]{2,64}$/.test(sessionName),
      '--session-name is none that STS takes: give 2 to 64 letters, digits and characters of _+=,.@-',
    ],
    [sourceIp !== undefined && (sourceIp.includes('/') || !isCidr(sourceIp)), '--source-ip is no IP address'],
    [
      sourceVpce !== undefined && !/^vpce-[a-z0-9]+$/.test(sourceVpce),
      '--source-vpce is no VPC endpoint: give vpce-…',
    ],
    [
      sourceIp !== undefined && sourceVpce !== undefined,
      '--source-ip and --source-vpce exclude each other: a call through a VPC endpoint has no aws:SourceIp',
    ],
  ];
  return [
    ...checkCaller(options),
    ...(issuer === undefined ? [] : checkIssuer(issuer).map((problem) => `--issuer ${problem}`)),
    ...checks.filter(([isWrong]) => isWrong).map(([, problem]) => problem),
  ];
}

function checkCaller({ token, serviceAccount, issuer, audience }: RequestOptions): string[] {
  if (token === undefined) {
    if (serviceAccount === undefined)
      return ['say who asks: give --token FILE, or --service-account and --issuer'];
    return issuer === undefined ? ['--issuer is missing: give the URL that the tokens have in iss'] : [];
  }
  const given = Object.entries({
    '--service-account': serviceAccount,
    '--issuer': issuer,
    '--audience': audience,
  });
  const superfluous = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  return superfluous.length === 0
    ? []
    : [`--token says all that ${superfluous.join(' and ')} would: leave that out`];
}

/** The claims of the token that a ServiceAccount's pods would get. */
export function toClaims({
  serviceAccount = '',
  issuer = '',
  audience = 'sts.amazonaws.com',
}: RequestOptions): CallerClaims {
  const sub = toSubject(parseServiceAccount(serviceAccount) ?? { namespace: '', name: '' });
  return { issuer, token: { sub, audience, originalAudiences: [audience] } };
}

export type RequestReading =
  | { readonly kind: 'request'; readonly request: TrustRequest; readonly notes: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: string };

/** The request that STS would judge. */
export function createRequest(
  { issuer, ...claims }: CallerClaims,
  options: RequestOptions,
  { policy, now }: { readonly policy: TrustPolicy; readonly now: number },
): RequestReading {
  const home = findHome(options, policy, issuer);
  if (home === undefined) {
    const problem =
      '--account is missing, and the policy names no provider to take it from: give the 12 digits of the role’s account';
    return { kind: 'problem', problem };
  }
  const request: TrustRequest = {
    provider: { url: issuer, arn: toProviderArn(issuer, home.account, home.partition) },
    ...claims,
    roleSessionName: options.sessionName ?? 'unknown',
    durationSeconds: options.duration === undefined ? 'unknown' : Number(options.duration),
    now,
    // SDKs call STS by nothing else.
    secureTransport: true,
    ...readConnection(options),
  };
  return { kind: 'request', request, notes: home.notes };
}

/** One of the two says what the other is; without either nothing is known. */
function readConnection({
  sourceIp,
  sourceVpce,
}: RequestOptions): Pick<TrustRequest, 'sourceIp' | 'sourceVpc' | 'sourceVpce'> {
  if (sourceIp !== undefined) return { sourceIp, sourceVpc: 'absent', sourceVpce: 'absent' };
  if (sourceVpce !== undefined) return { sourceIp: 'absent', sourceVpc: 'unknown', sourceVpce };
  return { sourceIp: 'unknown', sourceVpc: 'unknown', sourceVpce: 'unknown' };
}

interface Home {
  readonly account: string;
  readonly partition: string;
  readonly notes: readonly string[];
}

/** The account of the role, which is that of the provider, too: as it was given, or else as the policy has it. */
function findHome(
  { account, roleArn }: RequestOptions,
  policy: TrustPolicy,
  issuer: string,
): Home | undefined {
  const role = roleArn === undefined ? undefined : readRole(roleArn);
  if (role !== undefined) return { account: role.account, partition: role.partition, notes: [] };
  const providers = policy.statements
    .flatMap(({ principal }) => principal.members)
    .flatMap(({ kind, value }) => (kind === 'Federated' ? (parseArn(value) ?? []) : []));
  const own = providers.find(({ resource }) => resource === `oidc-provider/${toConditionPrefix(issuer)}`);
  const named = own ?? providers[0];
  if (account !== undefined) return { account, partition: named?.partition ?? 'aws', notes: [] };
  if (named === undefined) return undefined;
  const note = `account ${named.account} is the policy's own word: give --account or --role-arn to have it checked`;
  return { account: named.account, partition: named.partition, notes: [note] };
}

function readRole(text: string): Pick<Arn, 'account' | 'partition'> | undefined {
  return parseRoleArn(text) === undefined ? undefined : parseArn(text);
}
