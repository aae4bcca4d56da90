import type { ReadyCheck } from '../../http/ops.ts';
import type { RemoteKeys } from '../../issuer/keys/key-finder.ts';

export interface KeysCheckOptions {
  readonly keys: Pick<RemoteKeys, 'status'>;
  readonly issuer: string;
  /**
   * ms since the source last confirmed the keys, after which it is degraded. 0: with the first reading that fails, as a file
   * does, which is refused because of what is in it.
   */
  readonly bound: number;
  /** ms since epoch */
  readonly now: () => number;
}

/** Readiness of the keys that are served: delivered once; degraded where their source is out of contact. */
export function createKeysCheck({ keys, issuer, bound, now }: KeysCheckOptions): ReadyCheck {
  return {
    name: 'keys',
    check() {
      const status = keys.status(issuer);
      if (status !== undefined && status.state !== 'none') return undefined;
      return `no keys were delivered, or not for long: ${status?.lastProblem ?? 'they were not read yet'}`;
    },
    degraded() {
      const { ageMs = 0, lastProblem } = keys.status(issuer) ?? {};
      if (ageMs <= bound || (bound === 0 && lastProblem === undefined)) return undefined;
      const since = new Date(now() - ageMs).toISOString();
      return `the source has not confirmed the keys since ${since}: ${lastProblem ?? 'it was not asked again'}`;
    },
  };
}
