import { decideTrust } from '../../../src/trust/evaluate.ts';
import type { TrustPolicy } from '../../../src/trust/policy.ts';
import type { TrustRequest } from '../../../src/trust/request.ts';

/** Who comes in by a change of a policy, and who no longer does. */
export interface Difference {
  readonly letIn: readonly TrustRequest[];
  readonly shutOut: readonly TrustRequest[];
}

/** @returns what a change of the policy comes to for these callers */
export function createComparison(
  before: TrustPolicy,
  callers: readonly TrustRequest[],
): (after: TrustPolicy) => Difference {
  const isOut = (policy: TrustPolicy, each: TrustRequest): boolean => decideTrust(policy, each) === 'deny';
  const out = new Set(callers.filter((each) => isOut(before, each)));
  return (after) => ({
    letIn: callers.filter((each) => out.has(each) && !isOut(after, each)),
    shutOut: callers.filter((each) => !out.has(each) && isOut(after, each)),
  });
}
