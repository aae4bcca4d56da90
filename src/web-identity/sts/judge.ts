import { parseArn } from '../../aws/arn.ts';
import { evaluateTrust } from '../../trust/evaluate.ts';
import type { TrustRequest } from '../../trust/request.ts';
import type { TokenClaims } from '../token/claims.ts';
import type { RuleFinding, Verdict } from '../token/verdict.ts';
import { verifyToken } from '../token/verify.ts';
import { accessDenied, invalidIdentityToken, type StsError, toStsError, validationError } from './errors.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { isRoleListed, readPersonalClaims, readSessionClaims, type SessionClaims } from './policy-claims.ts';
import type { AssumeRoleRequest, OidcProvider, StsFacts, StsVerdict } from './verdict.ts';

type Refusal = Extract<StsVerdict, { kind: 'refused' }>;

/**
 * What AWS STS answers to AssumeRoleWithWebIdentity, and the reason that it keeps to itself. In the order that STS
 * shows: parameters, token (its provider is looked up in the role's account), roles claim, session claims, role and trust
 * policy, duration. Never rejects.
 */
export async function judgeAssumeRole(request: AssumeRoleRequest, facts: StsFacts): Promise<StsVerdict> {
  const parameters = readParameters(request);
  if (parameters.kind === 'refused') return parameters;
  const providers = facts.providers.filter(({ arn }) => parseArn(arn)?.account === parameters.account);
  const token = await verifyToken(parameters.webIdentityToken, {
    issuers: providers.map(({ url }) => url),
    audiences: new Map(providers.map(({ url, clientIds }) => [url, clientIds])),
    now: facts.now,
    keys: facts.keys,
    profile: 'aws',
  });
  if (token.kind === 'refused') return refuseToken(token, parameters, facts);
  const provider = providers.find(({ url }) => url === token.claims.iss);
  // The rule on issuers leaves no other way; nothing is granted if there ever is one.
  if (provider === undefined) return refuse(accessDenied(), 'there is no provider for the issuer');
  return judgeRole({ request, parameters, facts, provider, claims: token.claims, warnings: token.warnings });
}

function refuse(error: StsError, reason: string): Refusal {
  return { kind: 'refused', error, reason };
}

function refuseToken(
  token: Extract<Verdict, { kind: 'refused' }>,
  { account }: Parameters,
  { providers }: StsFacts,
): Refusal {
  const elsewhere = providers.find(({ url }) => url === token.values?.['iss']);
  const hint =
    elsewhere === undefined
      ? ''
      : `. ${elsewhere.arn} has this issuer, and the role is in account ${account}: create a provider there`;
  return refuse(toStsError(token), `${token.code}: ${token.detail}${hint}`);
}

interface Case {
  readonly request: AssumeRoleRequest;
  readonly parameters: Parameters;
  readonly facts: StsFacts;
  readonly provider: OidcProvider;
  readonly claims: TokenClaims;
  readonly warnings: readonly RuleFinding[];
}

function judgeRole(found: Case): StsVerdict {
  const { parameters, facts, provider, claims, warnings } = found;
  const { roleArn, roleSessionName, durationSeconds } = parameters;
  const authorizedByIdp = isRoleListed(claims.all, roleArn);
  if (authorizedByIdp === false) {
    const message = 'The target role ARN is not present in the roles claim of the identity token';
    return refuse(invalidIdentityToken(message), `https://aws.amazon.com/roles does not list ${roleArn}`);
  }
  const session = readSessionClaims(claims.all);
  if (session.kind === 'malformed') return refuse(invalidIdentityToken(), session.problem);
  const role = facts.findRole(roleArn);
  if (role === undefined) return refuse(accessDenied(), `there is no role ${roleArn}`);
  const trust = evaluateTrust(role.trustPolicy, toTrustRequest(found, session.claims, authorizedByIdp));
  if (trust.decision !== 'allow') return { ...refuse(accessDenied(trust.action), trust.summary), trust };
  if (durationSeconds > role.maxSessionDuration) {
    const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
    const reason = `${durationSeconds} s are asked for, and the role allows ${role.maxSessionDuration}`;
    return refuse(validationError(message), reason);
  }
  return { kind: 'granted', claims, provider, role, roleSessionName, durationSeconds, warnings };
}

function toTrustRequest(
  { request, parameters, facts, provider, claims }: Case,
  session: SessionClaims,
  authorizedByIdp: boolean | undefined,
): TrustRequest {
  const { arn, url } = provider;
  return {
    provider: { arn, url },
    token: {
      sub: claims.sub,
      audience: claims.effectiveAudience,
      originalAudiences: claims.aud,
      ...readPersonalClaims(claims.all),
    },
    ...session,
    ...(authorizedByIdp !== undefined && { authorizedByIdp }),
    roleSessionName: parameters.roleSessionName,
    durationSeconds: parameters.durationSeconds,
    now: facts.now,
    secureTransport: request.secureTransport,
    sourceIp: request.sourceIp,
    sourceVpc: 'unknown',
    sourceVpce: 'unknown',
  };
}
