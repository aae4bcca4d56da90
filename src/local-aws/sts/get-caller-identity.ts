import { type AuthenticationDeps, authenticate } from '../query/authenticate.ts';
import type { QueryAction } from '../query/service.ts';

/** Who signed this. Needs no permission; presigned, it is what the authenticator's tokens are made of. */
export function createGetCallerIdentity(deps: AuthenticationDeps): QueryAction {
  return async ({ request }) => {
    const authentication = authenticate(request, 'sts', deps);
    if (authentication.kind === 'error') return authentication;
    const { arn, userId, account } = authentication.credentials.principal;
    return { kind: 'result', result: { Arn: arn, UserId: userId, Account: account }, caller: arn };
  };
}
