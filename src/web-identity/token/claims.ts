import { type JsonRecord, readMember } from '../../json/record.ts';
import { toAudiences, toEffectiveAudience, toSeconds, toSubject } from './claim-values.ts';
import { readServiceAccount, type ServiceAccountClaims } from './service-account-claims.ts';

/** The claims of a token that was accepted. Times are in seconds since the epoch (RFC 7519 section 2, NumericDate). */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  /** Never empty; a single string in the token is a list of one. */
  readonly aud: readonly string[];
  readonly azp?: string;
  /** What STS holds against the provider's client ids: `azp`, or else the only `aud`; '' where there is no such thing. */
  readonly effectiveAudience: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf?: number;
  readonly jti?: string;
  /** Present where the token is a Kubernetes ServiceAccount's. */
  readonly serviceAccount?: ServiceAccountClaims;
  /** All of them, as they are in the token. */
  readonly all: JsonRecord;
}

/**
 * The claims of a token that passed every rule.
 * @returns undefined where one is not as the rules demand
 */
export function readClaims(all: JsonRecord): TokenClaims | undefined {
  const iss = readMember(all, 'iss');
  const sub = toSubject(readMember(all, 'sub'));
  const aud = toAudiences(readMember(all, 'aud'));
  const exp = toSeconds(readMember(all, 'exp'));
  const iat = toSeconds(readMember(all, 'iat'));
  if (typeof iss !== 'string' || sub === undefined || aud === undefined) return undefined;
  if (exp === undefined || iat === undefined) return undefined;
  const nbf = toSeconds(readMember(all, 'nbf'));
  const azp = readMember(all, 'azp');
  const jti = readMember(all, 'jti');
  const serviceAccount = readServiceAccount(all);
  return {
    iss,
    sub,
    aud,
    ...(typeof azp === 'string' && { azp }),
    effectiveAudience: toEffectiveAudience(all),
    exp,
    iat,
    ...(nbf !== undefined && { nbf }),
    ...(typeof jti === 'string' && { jti }),
    ...(serviceAccount !== undefined && { serviceAccount }),
    all,
  };
}
