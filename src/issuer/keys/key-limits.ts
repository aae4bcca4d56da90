export interface KeyLimits {
  /** ms. A set is fresh for as long as its source says, within these; `defaultFreshMs` where it says nothing. */
  readonly minFreshMs: number;
  readonly maxFreshMs: number;
  readonly defaultFreshMs: number;
  /** ms beyond that for which the last good set serves on while refreshing fails; 0: not at all. */
  readonly graceMs: number;
  /** ms between an attempt, good or bad, and one that an unknown kid may cause. */
  readonly coolDownMs: number;
}

const MINUTE = 60_000;

export const DEFAULT_KEY_LIMITS: KeyLimits = {
  minFreshMs: MINUTE,
  maxFreshMs: 60 * MINUTE,
  defaultFreshMs: 10 * MINUTE,
  graceMs: 6 * 60 * MINUTE,
  coolDownMs: 30_000,
};
