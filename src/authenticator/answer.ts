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
export type RenderReview = (apiVersion: ApiVersion, answer: ReviewAnswer) => string;

/** The same user comes with every review of a token: its text is made once. */
export function createRenderReview(): RenderReview {
  const users = new WeakMap<ReviewedUser, string>();
  const renderUser = (user: ReviewedUser): string => {
    const present = users.get(user);
    if (present !== undefined) return present;
    const text = toAscii(JSON.stringify(user));
    users.set(user, text);
    return text;
  };
  return (apiVersion, answer) =>
    `{"apiVersion":"${apiVersion}","kind":"TokenReview","status":${toStatus(answer, renderUser)}}`;
}

function toStatus(
  { reason, user, audiences }: ReviewAnswer,
  renderUser: (user: ReviewedUser) => string,
): string {
  if (user !== undefined) {
    const fitting = audiences.length === 0 ? '' : `,"audiences":${toAscii(JSON.stringify(audiences))}`;
    return `{"authenticated":true,"user":${renderUser(user)}${fitting}}`;
  }
  if (answerOf(reason) === 'refusal') return '{"authenticated":false}';
  // The same words for all: who is asked about is in our own log.
  const error = JSON.stringify(`${reason}: ${REASONS[reason].meaning}`);
  return `{"authenticated":false,"error":${error}}`;
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
