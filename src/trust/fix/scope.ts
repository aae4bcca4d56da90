import type { TrustPolicy } from '../policy.ts';
import type { TrustRequest } from '../request.ts';

/** What a correction is made from. */
export interface FixScope {
  readonly request: TrustRequest;
  readonly version: TrustPolicy['version'];
  /** Takes one change, for people. */
  note(change: string): void;
}
