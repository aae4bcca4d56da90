/**
 * Every outcome that an admission can have, in one table: the log field, the metric labels, the audit annotation and
 * the tests all use these codes, and `docs/webhook.md` lists them.
 *
 * - `mutated`: a patch was sent. `complete`: an identity applies and the pod has all of it already.
 * - `skipped`: the pod is none of our business, or was left out by the user's own word.
 * - `left-out`: the pod asked for an identity and did not get one; someone should mend something.
 * - `fault`: something is wrong with the request or with us; the pod passes unchanged.
 */
export const REASONS = {
  'web-identity': { outcome: 'mutated' },
  'container-credentials': { outcome: 'mutated' },
  'already-complete': { outcome: 'complete' },
  'no-role': { outcome: 'skipped' },
  'mirror-pod': { outcome: 'skipped' },
  'not-a-create': { outcome: 'skipped' },
  subresource: { outcome: 'skipped' },
  'not-a-pod': { outcome: 'skipped' },
  'service-account-name-empty': { outcome: 'skipped' },
  'service-account-unknown': { outcome: 'left-out' },
  'service-account-unread': { outcome: 'left-out' },
  'config-map-not-delivered': { outcome: 'left-out' },
  'config-map-malformed': { outcome: 'left-out' },
  'role-arn-malformed': { outcome: 'left-out' },
  'config-map-entry-malformed': { outcome: 'left-out' },
  'volume-name-taken': { outcome: 'left-out' },
  'mount-path-taken': { outcome: 'left-out' },
  'review-malformed': { outcome: 'fault' },
  'review-too-deep': { outcome: 'fault' },
  'pod-malformed': { outcome: 'fault' },
  'internal-error': { outcome: 'fault' },
} as const satisfies Record<string, { outcome: Outcome }>;

export type Outcome = 'mutated' | 'complete' | 'skipped' | 'left-out' | 'fault';
export type Reason = keyof typeof REASONS;

/** What the reason came to. */
export function outcomeOf(reason: Reason): Outcome {
  return REASONS[reason].outcome;
}
