const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/** Waits that grow from one failure to the next. */
export interface BackOff {
  /** ms to wait now; at least `atLeastMs` (a Retry-After), which counts up to 30 s */
  next(atLeastMs?: number): number;
  reset(): void;
}

/**
 * Full jitter (anything from 0 to the bound, which doubles from 0.25 s to 30 s): many replicas that lost the
 * same API server come back spread out.
 * @param random 0 inclusive to 1 exclusive
 */
export function createBackOff(random: () => number): BackOff {
  let bound = FIRST_MS;
  return {
    next(atLeastMs = 0) {
      const wait = Math.round(random() * bound);
      bound = Math.min(bound * 2, LONGEST_MS);
      return Math.max(wait, Math.min(atLeastMs, LONGEST_MS));
    },
    reset() {
      bound = FIRST_MS;
    },
  };
}
