import { type JsonRecord, readMember } from '../../json/record.ts';
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

/** 2^53 has sixteen digits. */
const INTEGER = /^-?[0-9]{1,16}$/;

/**
 * A NumericDate as AWS takes it: an integer, or an integer in quotes; seconds since epoch.
 * @returns undefined where it is neither, or cannot be told exactly
 */
export function toSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  return Number.isSafeInteger(seconds) ? Number(seconds) : undefined;
}

/** A subject as AWS takes it: text, or a number, which becomes text. */
export function toSubject(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** @returns undefined where it is neither a string nor a list of strings with one at least */
export function toAudiences(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((one) => typeof one === 'string') ? value : undefined;
}

/** `azp`, or else the only `aud`; '' where there is neither. */
export function toEffectiveAudience(claims: JsonRecord): string {
  const azp = readMember(claims, 'azp');
  if (typeof azp === 'string') return azp;
  const audiences = toAudiences(readMember(claims, 'aud')) ?? [];
  return audiences.length === 1 ? (audiences[0] ?? '') : '';
}
