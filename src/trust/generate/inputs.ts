import { isAccountId } from '../../aws/arn.ts';
import { parseServiceAccount, type ServiceAccountName, toSubject } from '../../base/names/account.ts';
import { type IssuerFault, parseIssuerUrl } from '../../base/names/issuer-url.ts';
import { toProviderArn } from '../provider.ts';
import type { TrustedCaller } from './statement.ts';

/** What provider, role and policy are made from; all of it as somebody typed it. */
export interface TrustInputs {
  /** `namespace/name` */
  readonly serviceAccount: string;
  readonly issuer: string;
  readonly account: string;
  readonly audience: string;
  readonly partition: string;
  /** The ServiceAccount's name where none is given. */
  readonly roleName?: string;
}

/** The same, checked. */
export interface TrustPlan {
  readonly serviceAccount: ServiceAccountName;
  readonly caller: TrustedCaller;
  readonly roleName: string;
  readonly roleArn: string;
}

export type TrustPlanReading =
  | { readonly kind: 'plan'; readonly plan: TrustPlan }
  /** Sentences that each name an option, what is wrong with it, and the remedy. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Checks all inputs, and says all that is wrong at once. */
export function readTrustInputs(inputs: TrustInputs): TrustPlanReading {
  const { issuer, account, audience, partition } = inputs;
  const serviceAccount = parseServiceAccount(inputs.serviceAccount);
  const roleName = inputs.roleName ?? serviceAccount?.name ?? '';
  const problems = [
    ...(serviceAccount === undefined
      ? ['--service-account is no ServiceAccount: give <namespace>/<name>']
      : []),
    ...checkIssuer(issuer).map((problem) => `--issuer ${problem}`),
    ...(isAccountId(account) ? [] : ['--account is no AWS account: give its 12 digits']),
    ...checkAudience(audience),
    ...(/^aws(-[a-z]+)*$/.test(partition)
      ? []
      : ['--partition is none of AWS: give aws, aws-cn, aws-us-gov, …']),
    ...checkRoleName(roleName, serviceAccount),
  ];
  if (serviceAccount === undefined || problems.length > 0) return { kind: 'problems', problems };
  const provider = { url: issuer, arn: toProviderArn(issuer, account, partition) };
  const caller = { provider, sub: toSubject(serviceAccount), audience };
  const roleArn = `arn:${partition}:iam::${account}:role/${roleName}`;
  return { kind: 'plan', plan: { serviceAccount, caller, roleName, roleArn } };
}

/** What is wrong with the URL of an OIDC provider, at most one sentence, which follows on the name of the option. */
export function checkIssuer(issuer: string): string[] {
  const reading = parseIssuerUrl(issuer, { forProvider: true });
  return reading.kind === 'issuer' ? [] : [describeIssuer(reading.fault, reading.problem)];
}

function describeIssuer(fault: IssuerFault, problem: string): string {
  switch (fault) {
    case 'scheme':
    case 'plain-http':
      return 'does not begin with https://: give the URL exactly as the tokens have it in iss';
    case 'blank':
    case 'not-ascii':
    case 'character':
    case 'host':
    case 'policy-character':
      return `is no URL that a policy can name: it ${problem}`;
    default:
      return problem;
  }
}

function checkAudience(audience: string): string[] {
  if (/^[!-~]{1,255}$/.test(audience)) return [];
  return [
    '--audience is no client id: give at most 255 characters without blanks, such as sts.amazonaws.com',
  ];
}

function checkRoleName(roleName: string, serviceAccount: ServiceAccountName | undefined): string[] {
  if (serviceAccount === undefined || /^[\w+=,.@-]{1,64}$/.test(roleName)) return [];
  return ['--role-name is no role name: give at most 64 letters, digits and characters of _+=,.@-'];
}
