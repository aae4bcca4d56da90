import { isAccountId } from '../../aws/arn.ts';
import { parseRoleArn } from '../../aws/role-arn.ts';
import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { parseInstant } from '../../base/names/instant.ts';
import { checkIssuerUrl } from '../../base/names/issuer-url.ts';
import type { Profile } from '../../web-identity/token/examination.ts';

/** The flags as commander gives them. */
export interface VerifyFlags {
  /** The same as the argument. */
  readonly token?: string;
  readonly clusterId?: string;
  readonly config?: string;
  readonly partition?: string;
  readonly mapping?: readonly string[];
  readonly kubeconfig?: string;
  readonly featureGates?: string;
  readonly logFormat?: string;
  readonly logVerbosity?: string;
  readonly stsHosts?: string;
  readonly stsAddress?: string;
  readonly tokenFile?: string;
  readonly issuer?: readonly string[];
  readonly audience?: readonly string[];
  readonly jwks?: string;
  readonly offline?: boolean;
  readonly ca?: string;
  readonly allowJwksHost?: readonly string[];
  readonly profile?: string;
  readonly leeway?: string;
  readonly at?: string;
  readonly policy?: string;
  readonly roleArn?: string;
  readonly clientId?: readonly string[];
  readonly account?: string;
  readonly sessionName?: string;
  readonly duration?: string;
  readonly output?: string;
}

/** What is to be verified, and against what; files are still to be read. */
export interface VerifyPlan {
  readonly token: { readonly from: 'argument' | 'input' } | { readonly from: 'file'; readonly path: string };
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly jwks: string | undefined;
  readonly ca: string | undefined;
  /** Under `strict`: where keys may be beside the issuer's own origin. */
  readonly allowedJwksHosts: readonly string[];
  readonly profile: Profile;
  /** seconds */
  readonly leeway: number | undefined;
  /** ms since epoch; undefined: now */
  readonly at: number | undefined;
  /** Where STS's whole verdict is wanted. */
  readonly sts: StsPlan | undefined;
}

export interface StsPlan {
  readonly policy: string;
  readonly roleArn: string;
  /** Of the provider. */
  readonly account: string;
  readonly sessionName: string;
  readonly duration: string | undefined;
}

const DEFAULT_AUDIENCE = 'sts.amazonaws.com';
const MAX_LEEWAY = 86_400;

/** @returns the plan, or all that is wrong with the flags */
export function readPlan(argument: string | undefined, flags: VerifyFlags): VerifyPlan | readonly string[] {
  const problems = [
    ...checkToken(argument, flags),
    ...checkKeySource(flags),
    ...checkJwksHosts(flags),
    ...checkNumbers(flags),
    ...checkSts(flags),
  ];
  if (problems.length > 0) return problems;
  const sts = toStsPlan(flags);
  return {
    token: toTokenSource(argument, flags),
    issuers: flags.issuer ?? [],
    audiences: (sts ? flags.clientId : flags.audience) ?? [DEFAULT_AUDIENCE],
    jwks: flags.jwks,
    ca: flags.ca,
    allowedJwksHosts: flags.allowJwksHost ?? [],
    profile: flags.profile === 'strict' ? 'strict' : 'aws',
    leeway: flags.leeway === undefined ? undefined : Number(flags.leeway),
    at: flags.at === undefined ? undefined : parseTime(flags.at),
    sts,
  };
}

function toTokenSource(argument: string | undefined, { tokenFile }: VerifyFlags): VerifyPlan['token'] {
  if (tokenFile !== undefined) return { from: 'file', path: tokenFile };
  return { from: argument === '-' ? 'input' : 'argument' };
}

function checkToken(argument: string | undefined, { tokenFile }: VerifyFlags): string[] {
  if (argument === undefined && tokenFile === undefined)
    return ['there is no token: give --token-file FILE, or - to read it from standard input'];
  if (argument === undefined || tokenFile === undefined) return [];
  return ['there are two tokens: give either the argument or --token-file'];
}

function checkKeySource({ jwks, offline, ca, issuer = [] }: VerifyFlags): string[] {
  const problems: string[] = [];
  if (offline && jwks === undefined)
    problems.push('--offline asks nobody for keys: give them with --jwks FILE');
  if (jwks !== undefined && ca !== undefined)
    problems.push('--ca is for fetching keys, and --jwks has them: leave one out');
  // Keys from a file may be of any issuer, also of `kubernetes/serviceaccount`.
  if (jwks !== undefined) return problems;
  for (const url of issuer) {
    const problem = checkIssuerUrl(url);
    if (problem !== undefined) problems.push(`--issuer: ${problem}`);
  }
  return problems;
}

function checkJwksHosts({ allowJwksHost = [], profile, jwks }: VerifyFlags): string[] {
  if (allowJwksHost.length === 0) return [];
  if (profile !== 'strict')
    return [
      '--allow-jwks-host is for --profile strict: as AWS does, jwks_uri is followed anyway; leave it out',
    ];
  if (jwks !== undefined)
    return ['--allow-jwks-host is for fetching keys, and --jwks has them: leave one out'];
  return allowJwksHost
    .filter((host) => !isHost(host))
    .map((host) => {
      return `--allow-jwks-host ${JSON.stringify(host)}: give a host such as keys.example, with its port where it is not 443`;
    });
}

/** As `URL.host` has it, since it is compared with that. */
function isHost(text: string): boolean {
  const parsed = parseDocumentUrl(`https://${text}/`);
  return parsed.kind === 'url' && parsed.url.host === text && parsed.url.pathname === '/';
}

function checkNumbers({ leeway, at }: VerifyFlags): string[] {
  const problems: string[] = [];
  if (leeway !== undefined && !(/^[0-9]{1,5}$/.test(leeway) && Number(leeway) <= MAX_LEEWAY))
    problems.push(`--leeway ${JSON.stringify(leeway)}: give seconds, from 0 to ${MAX_LEEWAY}`);
  if (at !== undefined && parseTime(at) === undefined)
    problems.push(
      `--at ${JSON.stringify(at)}: give seconds since 1970, or a time such as 2026-03-18T12:00:00Z`,
    );
  return problems;
}

/** @returns ms since epoch */
function parseTime(text: string): number | undefined {
  return /^[0-9]{1,11}$/.test(text) ? Number(text) * 1000 : parseInstant(text);
}

/** The flags that only mean something together with a policy. */
const FOR_STS = ['roleArn', 'clientId', 'account', 'sessionName', 'duration'] as const;
/** What STS has fixed. */
const NOT_FOR_STS = ['audience', 'profile', 'leeway'] as const;
const NAMES = {
  roleArn: '--role-arn',
  clientId: '--client-id',
  account: '--account',
  sessionName: '--session-name',
  duration: '--duration',
  audience: '--audience',
  profile: '--profile',
  leeway: '--leeway',
} as const;

function checkSts(flags: VerifyFlags): string[] {
  const { policy, roleArn, account } = flags;
  const given = (names: readonly (keyof typeof NAMES)[]): string =>
    names
      .filter((name) => flags[name] !== undefined)
      .map((name) => NAMES[name])
      .join(', ');
  if (policy === undefined) {
    const lonely = given(FOR_STS);
    return lonely === '' ? [] : [`${lonely} only with --policy FILE, the role's trust policy`];
  }
  const problems: string[] = [];
  const fixed = given(NOT_FOR_STS);
  if (fixed !== '') problems.push(`${fixed} not with --policy: STS has its own; audiences are --client-id`);
  if (roleArn === undefined) problems.push('--policy needs --role-arn ARN: the role that is to be assumed');
  else if (account === undefined && parseRoleArn(roleArn) === undefined)
    problems.push(`--role-arn ${JSON.stringify(roleArn)} has no account: correct it, or give --account ID`);
  if (account !== undefined && !isAccountId(account))
    problems.push(`--account ${JSON.stringify(account)}: give the 12 digits of the provider's account`);
  return problems;
}

function toStsPlan({ policy, roleArn, account, sessionName, duration }: VerifyFlags): StsPlan | undefined {
  if (policy === undefined || roleArn === undefined) return undefined;
  return {
    policy,
    roleArn,
    account: account ?? roleArn.split(':')[4] ?? '',
    sessionName: sessionName ?? 'iam-bridge-verify',
    duration,
  };
}
