import { createBackOff } from '../../base/back-off.ts';
import { describeError } from '../../base/errors.ts';
import type { KeyTrouble } from '../../web-identity/token/keys.ts';
import { type KeyFailure, KeySourceError } from './key-source.ts';

/** What is remembered of reading a source, so that it is not read too often. Times in elapsed ms. */
export interface Attempts {
  /** A reading begins. */
  begin(at: number): void;
  succeed(): void;
  fail(error: unknown, at: number): Failure;
  /** How long until the source may be tried again after a failure; 0: now. */
  msUntilRetry(at: number): number;
  /** Whether the last reading, good or bad, began less than `coolDownMs` ago. */
  isCoolingDown(at: number, coolDownMs: number): boolean;
  /** Why the last reading failed; undefined where it did not. */
  lastProblem(): string | undefined;
  lastTrouble(): KeyTrouble | undefined;
}

export interface Failure {
  readonly failure: KeyFailure;
  readonly problem: string;
  readonly retryInMs: number;
}

/** ms; full jitter may come out as no wait at all */
const LEAST_RETRY_MS = 1_000;

/** @param random 0 inclusive to 1 exclusive */
export function createAttempts(random: () => number): Attempts {
  const backOff = createBackOff(random);
  let begun = Number.NEGATIVE_INFINITY;
  let retryAt = 0;
  let problem: string | undefined;
  let trouble: KeyTrouble | undefined;
  return {
    begin(at) {
      begun = at;
    },
    succeed() {
      retryAt = 0;
      problem = undefined;
      trouble = undefined;
      backOff.reset();
    },
    fail(error, at) {
      const retryInMs = backOff.next(LEAST_RETRY_MS);
      problem = describeError(error);
      trouble = error instanceof KeySourceError ? error.trouble : 'passing';
      retryAt = at + retryInMs;
      return { failure: error instanceof KeySourceError ? error.failure : 'unreachable', problem, retryInMs };
    },
    msUntilRetry: (at) => Math.max(0, retryAt - at),
    isCoolingDown: (at, coolDownMs) => at - begun < coolDownMs,
    lastProblem: () => problem,
    lastTrouble: () => trouble,
  };
}
