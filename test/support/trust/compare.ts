import { decideTrust } from '../../../src/trust/evaluate.ts';
import type { TrustPolicy } from '../../../src/trust/policy.ts';
import type { TrustRequest } from '../../../src/trust/request.ts';

/** Who comes in by a change of a policy, and who no longer does. */
export interface Difference {
  readonly letIn: readonly TrustRequest[];
  readonly shutOut: readonly TrustRequest[];
}

export function compare(
  before: TrustPolicy,
  after: TrustPolicy,
  callers: readonly TrustRequest[],
): Difference {
  const isOut = (policy: TrustPolicy, each: TrustRequest): boolean => decideTrust(policy, each) === 'deny';
  return {
    letIn: callers.filter((each) => isOut(before, each) && !isOut(after, each)),
    shutOut: callers.filter((each) => !isOut(before, each) && isOut(after, each)),
  };
}
