import { isObject } from '../webhook/pod.ts';
import type { Reason } from '../webhook/reasons.ts';
import { isDeeperThan } from './depth.ts';
import { scanReviewIdentity } from './header-scan.ts';

/** Deeper JSON than this is no Pod: the deepest field of the API stands at about 15. */
const MAX_DEPTH = 64;

/** What an answer must echo to be one, whatever came before. */
export interface ReviewIdentity {
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
  readonly uid: string;
}

/** The parts of an `AdmissionReview` (admission.k8s.io v1 and v1beta1) that decide anything. */
export interface AdmissionRequest {
  readonly namespace: string;
  readonly operation: string;
  readonly subResource: string;
  /** Of the request's `kind`; with its group, such as `Pod.metrics.k8s.io`, where that is not the core's. */
  readonly kind: string;
  readonly dryRun: boolean;
  readonly object: unknown;
}

export type ReviewReading =
  | { readonly kind: 'request'; readonly identity: ReviewIdentity; readonly request: AdmissionRequest }
  | {
      readonly kind: 'fault';
      readonly identity: ReviewIdentity;
      readonly reason: Reason;
      readonly problem: string;
    };

/** Reads the body of an admission call. Never throws. */
export function readReview(body: Buffer): ReviewReading {
  if (isDeeperThan(body, MAX_DEPTH)) {
    return toFault(body, 'review-too-deep', `the review nests deeper than ${MAX_DEPTH} levels`);
  }
  let review: unknown;
  try {
    review = JSON.parse(decode(body));
  } catch {
    return toFault(body, 'review-malformed', 'the body is not JSON');
  }
  if (!isObject(review) || !isObject(review['request'])) {
    return toFault(body, 'review-malformed', 'the body is no AdmissionReview with a request');
  }
  const { request } = review;
  const identity = {
    apiVersion: readText(review['apiVersion']),
    kind: readText(review['kind']),
    uid: readText(request['uid']) ?? '',
  };
  return {
    kind: 'request',
    identity,
    request: {
      namespace: readText(request['namespace']) ?? '',
      operation: readText(request['operation']) ?? '',
      subResource: readText(request['subResource']) ?? '',
      kind: readKind(request['kind']),
      dryRun: request['dryRun'] === true,
      object: request['object'],
    },
  };
}

/** Go's decoder passes over a byte order mark, JSON.parse does not. */
function decode(body: Buffer): string {
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  return body.toString('utf8', start);
}

function readKind(value: unknown): string {
  if (!isObject(value)) return '';
  const kind = readText(value['kind']) ?? '';
  const group = readText(value['group']) ?? '';
  return group === '' ? kind : `${kind}.${group}`;
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function toFault(body: Buffer, reason: Reason, problem: string): ReviewReading {
  return { kind: 'fault', identity: scanReviewIdentity(body), reason, problem };
}
