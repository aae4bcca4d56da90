import type { KeyProblem } from './key-set.ts';
import type { KeyFailure } from './key-source.ts';

/** What happens to the keys of an issuer, for log and metrics; `kind` and `failure` are closed lists. */
export type KeyHappening =
  | {
      readonly kind: 'refreshed';
      readonly keys: number;
      /** Keys by kid, against the set before. */
      readonly added: number;
      readonly removed: number;
      readonly skipped: readonly KeyProblem[];
      /** As `KeyDocuments.notes`. */
      readonly notes: readonly string[];
      readonly ms: number;
    }
  /** A refresh came to nothing; the set before stays. */
  | {
      readonly kind: 'refused';
      readonly failure: KeyFailure;
      readonly problem: string;
      readonly retryInMs: number;
    };

export type KeyEvent = { readonly issuer: string } & KeyHappening;

export type KeyReport = (event: KeyEvent) => void;

/** How the keys of an issuer are now. */
export interface KeyStatus {
  readonly state: 'fresh' | 'stale' | 'none';
  /** Of the set, since the request that brought it. */
  readonly ageMs?: number;
  readonly keys: number;
  /** ms since epoch */
  readonly lastAttempt?: number;
  /** Of the last attempt, where that failed. */
  readonly lastProblem?: string;
}
