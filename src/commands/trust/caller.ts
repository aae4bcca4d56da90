import { type JsonRecord, readMember } from '../../json/record.ts';
import type { TrustRequest } from '../../trust/request.ts';
import {
  isRoleListed,
  readPersonalClaims,
  readSessionClaims,
  type SessionClaims,
} from '../../web-identity/sts/policy-claims.ts';
import { readClaims } from '../../web-identity/token/claims.ts';

/** What a trust policy may ask of a caller. */
export interface CallerClaims extends SessionClaims {
  readonly issuer: string;
  readonly token: TrustRequest['token'];
  /** Whether the issuer lets the token have the role; undefined where the token does not say. */
  readonly authorizedByIdp?: boolean;
}

export type CallerReading =
  | { readonly kind: 'claims'; readonly claims: CallerClaims }
  /** STS refuses the token before it asks any policy. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** It takes another option to tell. */
  | { readonly kind: 'usage'; readonly problem: string };

/** Reads from a token what a policy is asked about. Signature and times are for `iam-bridge verify` to judge. */
export function readCallerClaims(all: JsonRecord, roleArn: string | undefined): CallerReading {
  const claims = readClaims(all);
  if (claims === undefined) return { kind: 'refused', problem: describeLack(all) };
  if (!/^[!-~]{1,255}$/.test(claims.iss)) {
    return { kind: 'refused', problem: 'its iss is no URL that a provider can have' };
  }
  if (claims.aud.length > 1 && claims.azp === undefined) {
    const problem = 'it has more than one audience and no azp: ask for a token with one audience';
    return { kind: 'refused', problem };
  }
  const session = readSessionClaims(all);
  if (session.kind === 'malformed') return { kind: 'refused', problem: session.problem };
  const isListed = isRoleListed(all, roleArn ?? '');
  if (isListed !== undefined && roleArn === undefined) {
    const problem = 'it lists the roles that it is for (https://aws.amazon.com/roles): give --role-arn, too';
    return { kind: 'usage', problem };
  }
  if (isListed === false) {
    return { kind: 'refused', problem: `it lists the roles that it is for, and ${roleArn} is none of them` };
  }
  const { iss: issuer, sub, aud, effectiveAudience: audience } = claims;
  const token = { sub, audience, originalAudiences: aud, ...readPersonalClaims(all) };
  const listed = isListed === undefined ? {} : { authorizedByIdp: isListed };
  return { kind: 'claims', claims: { issuer, token, ...session.claims, ...listed } };
}

function describeLack(all: JsonRecord): string {
  const missing = ['iss', 'sub', 'aud', 'exp', 'iat'].filter((name) => readMember(all, name) === undefined);
  return missing.length > 0
    ? `it has no claim ${missing.join(', ')}`
    : 'one of its claims iss, sub, aud, exp, iat is not of the type that it must be (iam-bridge verify says which)';
}
