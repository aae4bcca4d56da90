import { readMember } from '../../json/record.ts';
import type { AssumeRoleRequest, StsVerdict } from '../../web-identity/sts/verdict.ts';
import type { CredentialStore } from '../credentials.ts';
import type { LocalRole } from '../principal.ts';
import { fail, type QueryAction, type QueryCall } from '../query/service.ts';
import { openSession } from './session.ts';
import { readSessionPolicy } from './session-policy.ts';

export interface WebIdentityDeps {
  readonly credentials: CredentialStore;
  /** Whether a web identity token gets the role. */
  judge(request: AssumeRoleRequest): Promise<StsVerdict>;
  findRole(arn: string): LocalRole | undefined;
}

/**
 * A token for credentials. Nobody signs this: the token is what is believed or not.
 * Source: STS API Reference, AssumeRoleWithWebIdentity.
 */
export function createAssumeRoleWithWebIdentity(deps: WebIdentityDeps): QueryAction {
  return async (call) => {
    if (call.parameters.has('ProviderId')) {
      return fail(
        'ValidationError',
        'ProviderId is for OAuth 2.0 access tokens; an OpenID Connect token has none',
      );
    }
    const policy = readSessionPolicy(call.parameters);
    if (policy.kind === 'error') return policy;
    const verdict = await deps.judge(toRequest(call));
    if (verdict.kind === 'refused') return { kind: 'error', error: verdict.error, reason: verdict.reason };
    const role = deps.findRole(verdict.role.arn);
    if (role === undefined) return fail('InternalFailure', `the role ${verdict.role.arn} is gone`, 500);
    const { roleSessionName: sessionName, durationSeconds } = verdict;
    const session = openSession({ role, sessionName, durationSeconds, policy }, deps.credentials);
    return { kind: 'result', result: toResult(verdict, session.elements), caller: session.arn };
  };
}

function toRequest({ request, parameters }: QueryCall) {
  return {
    roleArn: parameters.get('RoleArn'),
    roleSessionName: parameters.get('RoleSessionName'),
    webIdentityToken: parameters.get('WebIdentityToken'),
    durationSeconds: parameters.get('DurationSeconds'),
    secureTransport: request.secure,
    sourceIp: request.sourceIp,
  };
}

/** `Provider`: the documentation says the issuer's URL, and what STS sends is the ARN of the IAM provider. */
function toResult({ claims, provider }: StsVerdict & { readonly kind: 'granted' }, elements: object) {
  const sourceIdentity = readMember(claims.all, 'https://aws.amazon.com/source_identity');
  return {
    SubjectFromWebIdentityToken: claims.sub,
    Audience: claims.effectiveAudience,
    ...elements,
    Provider: provider.arn,
    ...(typeof sourceIdentity === 'string' && { SourceIdentity: sourceIdentity }),
  };
}
