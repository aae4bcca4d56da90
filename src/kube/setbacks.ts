import { createBackOff } from '../base/back-off.ts';
import { toError } from '../base/errors.ts';
import { ApiStatusError } from './errors.ts';
import { ListExpiredError } from './list.ts';
import type { WatchEnd } from './watch.ts';

/** After so many watches in a row that end in trouble, what comes next in the stream is skipped by a list. */
const TROUBLES_BEFORE_LIST = 3;

/** Why a list or a watch is over, and how it goes on: after `retryInMs`, and from a list where it says `relist`. */
export type Setback =
  /** eof: as agreed; cut: connection lost; silent: no byte for 150 s; garbage: see `detail`. */
  | {
      readonly kind: 'watch-ended';
      readonly reason: 'eof' | 'cut' | 'silent' | 'garbage';
      readonly detail?: string;
      readonly retryInMs: number;
    }
  /** The whole collection is read again; what was known keeps serving until then. */
  | {
      readonly kind: 'relist';
      readonly reason: RelistReason;
      readonly detail?: string;
      readonly retryInMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly during: 'list' | 'watch';
      readonly error: Error;
      readonly retryInMs: number;
    };

type RelistReason = 'gone' | 'continue-expired' | 'repeated-garbage' | 'repeated-errors';

/** Decides what follows upon each setback, in view of those before. */
export interface Setbacks {
  /** Something works: an answer was used. */
  worked(): void;
  afterList(error: unknown): Setback;
  afterWatch(end: WatchEnd): Setback;
}

/** @param random 0 inclusive to 1 exclusive */
export function createSetbacks(random: () => number): Setbacks {
  const pace = createPace(random);
  /** Watches in a row that ended with something unreadable or an error of the server's. */
  let troubles = 0;

  function relist(reason: RelistReason, openMs: number, detail?: string): Setback {
    troubles = 0;
    const retryInMs = pace.ended(openMs);
    return { kind: 'relist', reason, ...(detail !== undefined && { detail }), retryInMs };
  }

  function reopen(end: Extract<WatchEnd, { kind: 'eof' | 'silent' | 'cut' | 'garbage' }>): Setback {
    const { kind: reason, openMs } = end;
    const retryInMs = pace.ended(openMs);
    return { kind: 'watch-ended', reason, ...('detail' in end && { detail: end.detail }), retryInMs };
  }

  function retry(during: 'list' | 'watch', error: unknown, atLeastMs = 0): Setback {
    const retryAfterMs = error instanceof ApiStatusError ? error.retryAfterMs : undefined;
    const retryInMs = Math.max(atLeastMs, pace.failed(retryAfterMs));
    return { kind: 'failed', during, error: toError(error), retryInMs };
  }

  function isRepeated(): boolean {
    troubles += 1;
    return troubles >= TROUBLES_BEFORE_LIST;
  }

  return {
    worked: pace.worked,
    afterList: (error) =>
      error instanceof ListExpiredError ? relist('continue-expired', 0) : retry('list', error),
    afterWatch(end) {
      switch (end.kind) {
        case 'gone':
          return relist('gone', end.openMs, end.detail);
        case 'failed':
          return retry('watch', end.error);
        case 'garbage':
          return isRepeated() ? relist('repeated-garbage', end.openMs, end.detail) : reopen(end);
        case 'error':
          return isRepeated()
            ? relist('repeated-errors', end.openMs, end.error.message)
            : retry('watch', end.error, pace.ended(end.openMs));
        default:
          troubles = 0;
          return reopen(end);
      }
    },
  };
}

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
