import type { OutgoingHttpHeaders } from 'node:http';
import { toAscii } from '../json/quote.ts';
import { answerOf, type GoResult, REASONS, type Reason } from './reasons.ts';
import { API_VERSIONS, type ApiVersion } from './token-review.ts';
import type { ReviewedUser } from './user.ts';

/** What a TokenReview is answered with. */
export interface ReviewAnswer {
  readonly reason: Reason;
  readonly user?: ReviewedUser | undefined;
  /** Those of the caller's that are ours; empty: none are told. */
  readonly audiences: readonly string[];
}

/** A `TokenReview` to send back. */
export interface RenderedReview {
  readonly status: number;
  readonly headers: Readonly<OutgoingHttpHeaders>;
  /** JSON in ASCII alone, in the version that was asked. */
  readonly text: string;
}

/**
 * Writes a decision as kube-apiserver wants it. A reason with `error` is not remembered by kube-apiserver, one without is
 * (`--authentication-token-webhook-cache-ttl`).
 */
export type RenderReview = (apiVersion: ApiVersion, answer: ReviewAnswer) => RenderedReview;

/**
 * What is answered again and again is made once: every refusal here, the text of a user when that is first let in.
 * @param compatible status codes as the Go program's
 */
export function createRenderReview(compatible: boolean): RenderReview {
  const users = new WeakMap<ReviewedUser, string>();
  const renderUser = (user: ReviewedUser): string => {
    const present = users.get(user);
    if (present !== undefined) return present;
    const text = toAscii(JSON.stringify(user));
    users.set(user, text);
    return text;
  };
  const toReview = (apiVersion: ApiVersion, reason: Reason, status: string): RenderedReview => {
    const text = `{"apiVersion":"${apiVersion}","kind":"TokenReview","status":${status}}`;
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    return { status: toStatusCode(reason, compatible), headers, text };
  };
  const refusals = mapVersions((version) =>
    mapReasons((reason) => toReview(version, reason, renderRefusal(reason))),
  );
  return (apiVersion, { reason, user, audiences }) => {
    if (user === undefined) return refusals[apiVersion][reason];
    const fitting = audiences.length === 0 ? '' : `,"audiences":${toAscii(JSON.stringify(audiences))}`;
    return toReview(apiVersion, reason, `{"authenticated":true,"user":${renderUser(user)}${fitting}}`);
  };
}

function renderRefusal(reason: Reason): string {
  if (answerOf(reason) === 'refusal') return '{"authenticated":false}';
  // The same words for all: who is asked about is in our own log.
  const error = JSON.stringify(`${reason}: ${REASONS[reason].meaning}`);
  return `{"authenticated":false,"error":${error}}`;
}

function mapVersions<Value>(of: (version: ApiVersion) => Value): Readonly<Record<ApiVersion, Value>> {
  return Object.fromEntries(API_VERSIONS.map((version) => [version, of(version)])) as Record<
    ApiVersion,
    Value
  >;
}

function mapReasons<Value>(of: (reason: Reason) => Value): Readonly<Record<Reason, Value>> {
  const reasons = Object.keys(REASONS) as Reason[];
  return Object.fromEntries(reasons.map((reason) => [reason, of(reason)])) as Record<Reason, Value>;
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

function toStatusCode(reason: Reason, compatible: boolean): number {
  return compatible ? GO_STATUS[REASONS[reason].go] : 200;
}
