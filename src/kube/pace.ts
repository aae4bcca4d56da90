import { createBackOff } from '../base/back-off.ts';

/** A watch that was open for less did not do its work. */
const STEADY_MS = 1000;

/** How long to wait before the next attempt, in ms. */
export interface Pace {
  /** The server could not be reached, or refused: growing waits, until something works again. */
  failed(retryAfterMs?: number): number;
  /** Something works: an answer was used. */
  worked(): void;
  /**
   * What was open has ended, as watches do. Reopened at once, so that nothing is missed; but those that keep
   * ending within a second (or never opened: 0) wait longer and longer.
   */
  ended(openMs: number): number;
}

export function createPace(random: () => number): Pace {
  const failures = createBackOff(random);
  const restarts = createBackOff(random);
  let shortOnes = 0;
  return {
    failed: (retryAfterMs) => failures.next(retryAfterMs),
    worked: () => failures.reset(),
    ended(openMs) {
      if (openMs >= STEADY_MS) {
        shortOnes = 0;
        failures.reset();
        restarts.reset();
        return 0;
      }
      shortOnes += 1;
      return shortOnes === 1 ? 0 : restarts.next();
    },
  };
}
