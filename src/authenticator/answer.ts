import { toAscii } from '../json/quote.ts';
import { answerOf, type GoResult, REASONS, type Reason } from './reasons.ts';
import type { ApiVersion } from './review.ts';
import type { ReviewedUser } from './user.ts';

/** What a TokenReview is answered with. */
export interface ReviewAnswer {
  readonly reason: Reason;
  readonly user?: ReviewedUser | undefined;
  /** Those of the caller's that are ours; empty: none are told. */
  readonly audiences: readonly string[];
}

/**
 * The `TokenReview` to send back, as JSON text in ASCII alone, in the version that was asked. A reason with `error` is not
 * remembered by kube-apiserver, one without is (`--authentication-token-webhook-cache-ttl`).
 */
export function renderReview(apiVersion: ApiVersion, answer: ReviewAnswer): string {
  return toAscii(JSON.stringify({ apiVersion, kind: 'TokenReview', status: toStatus(answer) }));
}

function toStatus({ reason, user, audiences }: ReviewAnswer): object {
  if (user !== undefined) {
    return { authenticated: true, user, ...(audiences.length > 0 && { audiences }) };
  }
  if (answerOf(reason) === 'refusal') return { authenticated: false };
  // The same words for all: who is asked about is in our own log.
  return { authenticated: false, error: `${reason}: ${REASONS[reason].meaning}` };
}

/** HTTP status codes of the Go program. kube-apiserver takes all of them but 200 for a failed call. */
const GO_STATUS: Readonly<Record<GoResult, number>> = {
  success: 200,
  malformed_request: 400,
  invalid_token: 403,
  sts_error: 403,
  sts_throttling: 429,
  uknown_user: 403,
};

/** @param compatible with the Go program */
export function toStatusCode(reason: Reason, compatible: boolean): number {
  return compatible ? GO_STATUS[REASONS[reason].go] : 200;
}
