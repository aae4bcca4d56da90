/** A token bucket that hands out places in the future: who may wait takes one, who may not leaves it. */
export interface RateLimit {
  /**
   * Takes the next place if it comes within `patience` ms.
   * @returns ms to wait until then, or undefined if that is too long; nothing is taken then
   */
  reserve(now: number, patience: number): number | undefined;
}

export function createRateLimit(options: { readonly perSecond: number; readonly burst: number }): RateLimit {
  const interval = 1000 / options.perSecond;
  const slack = interval * (options.burst - 1);
  // The moment when the bucket would be full again if nothing more were taken, less the burst (GCRA).
  let theoretical = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  return {
    reserve(now, patience) {
      // A clock that is set back, as NTP may, takes the places along.
      if (now < last) theoretical -= last - now;
      last = now;
      const base = Math.max(theoretical, now);
      const wait = Math.max(0, base - slack - now);
      if (wait > patience) return undefined;
      theoretical = base + interval;
      return wait;
    },
  };
}
