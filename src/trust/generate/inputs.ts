import { isServiceAccountName, type ServiceAccountName, toSubject } from '../../base/names/account.ts';
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
    ...(/^[0-9]{12}$/.test(account) ? [] : ['--account is no AWS account: give its 12 digits']),
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

/** `namespace/name` of a ServiceAccount. */
export function parseServiceAccount(text: string): ServiceAccountName | undefined {
  const [namespace = '', name = '', ...rest] = text.split('/');
  return rest.length === 0 && isServiceAccountName({ namespace, name }) ? { namespace, name } : undefined;
}

/** On this machine no AWS can read it anyway: such an issuer is for a local AWS, which takes ports. */
const LOOPBACK = /^(?:localhost|127\.[0-9.]+|\[::1\]):[0-9]+$/;

/**
 * What IAM asks of the URL of an OIDC provider; each problem follows on the name of the option.
 * Source: IAM API reference, "CreateOpenIDConnectProvider", and user guide, "Create an OIDC identity provider in IAM".
 */
export function checkIssuer(issuer: string): string[] {
  if (issuer.length > 255) return ['is longer than the 255 characters that IAM takes'];
  if (!issuer.startsWith('https://')) {
    return ['does not begin with https://: give the URL exactly as the tokens have it in iss'];
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  // What a parser would clean up (white space, a backslash) is not the URL that tokens have.
  if (url === undefined || !/^[!-~]+$/.test(issuer) || /[\\"'<>`{}|^$*]/.test(issuer)) {
    return ['is no URL: give it exactly as the tokens have it in iss'];
  }
  const rest = issuer.slice('https://'.length).split('/')[0] ?? '';
  return [
    ...(issuer.includes('?') ? ['has a query, which IAM refuses: serve discovery under a path instead'] : []),
    ...(issuer.includes('#') ? ['has a fragment, which IAM refuses: leave it out'] : []),
    ...(rest.includes('@') ? ['has a user name in it: leave it out'] : []),
    ...(/:[0-9]*$/.test(rest) && !LOOPBACK.test(rest)
      ? ['has a port, which IAM refuses: serve discovery on 443']
      : []),
  ];
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
