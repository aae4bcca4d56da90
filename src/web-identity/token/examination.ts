import type { JwtObject, JwtSegments } from '../../base/names/jwt.ts';
import type { KeyFinder, VerificationKey } from './keys.ts';

/** Whose verdict is wanted: that of AWS STS, or ours, which refuses more. */
export type Profile = 'aws' | 'strict';

/** What a token is held against. */
export interface VerifyOptions {
  /** Compared character by character; no token can add to them. */
  readonly issuers: readonly string[];
  /** Whom tokens may be for: the same for all issuers, or by issuer. */
  readonly audiences: readonly string[] | ReadonlyMap<string, readonly string[]>;
  /** ms since epoch */
  readonly now: number;
  readonly keys: KeyFinder;
  readonly profile: Profile;
  /** How far clocks may differ, seconds; 300, as AWS has it, where it is not given. */
  readonly leeway?: number;
  /** Between `iat` and `exp`, seconds; 25 hours where it is not given. The rule is ours. */
  readonly maxLifetime?: number;
}

/** STS's, for both directions. */
const DEFAULT_LEEWAY = 300;
/** A token for STS lives a day at most (the webhook's default); an hour more, for issuers that round up. */
const DEFAULT_MAX_LIFETIME = 25 * 3600;

/**
 * One token on the table. Rules that parse write down what they found, and rules after them read it; until then there is
 * an empty object, which has none of what they look for.
 */
export interface Examination {
  readonly raw: string;
  readonly options: VerifyOptions;
  /** seconds since epoch */
  readonly now: number;
  readonly leeway: number;
  readonly maxLifetime: number;
  /** The three parts as they are in the token. */
  segments: JwtSegments;
  header: JwtObject;
  payload: JwtObject;
  key: VerificationKey | undefined;
}

const NOTHING: JwtObject = { record: {}, duplicates: [] };

export function createExamination(raw: string, options: VerifyOptions): Examination {
  return {
    raw,
    options,
    now: options.now / 1000,
    leeway: options.leeway ?? DEFAULT_LEEWAY,
    maxLifetime: options.maxLifetime ?? DEFAULT_MAX_LIFETIME,
    segments: ['', '', ''],
    header: NOTHING,
    payload: NOTHING,
    key: undefined,
  };
}
