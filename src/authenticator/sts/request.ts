import { encodeStrictly } from '../../aws/sigv4/percent.ts';
import { ALGORITHM, renderScope, sha256 } from '../../aws/sigv4/signature.ts';
import type { CheckedToken } from '../token/check.ts';

/** `GET` of this path at the token's host asks STS who signed it. Made of checked parts alone, never of a client's text. */
export function toStsPath({ claim }: Pick<CheckedToken, 'claim'>): string {
  const { accessKeyId, scope, timestamp, expires, sessionToken, signedHeaders, signature } = claim;
  const parameters: [string, string][] = [
    ['Action', 'GetCallerIdentity'],
    ['Version', '2011-06-15'],
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${accessKeyId}/${renderScope(scope)}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expires)],
    ['X-Amz-SignedHeaders', signedHeaders.join(';')],
    ['X-Amz-Signature', signature],
  ];
  if (sessionToken !== undefined) parameters.push(['X-Amz-Security-Token', sessionToken]);
  return `/?${parameters.map(([name, value]) => `${name}=${encodeStrictly(value)}`).join('&')}`;
}

/**
 * Whose calls count together: an access key id is public, and so is that of a session; its session token is not.
 * @returns hexadecimal; nothing can be read back from it
 */
export function toKeyHash({ claim }: Pick<CheckedToken, 'claim'>): string {
  return sha256(`${claim.accessKeyId} ${claim.sessionToken ?? ''}`);
}
