import { parseGoDuration } from '../go/durations.ts';
import { isRecord } from '../json/record.ts';
import { countStructure } from '../json/structure.ts';

/** Deeper JSON than this is nothing of Kubernetes: the deepest field of a Pod stands at about 15. */
const MAX_DEPTH = 64;

/**
 * Bytes up to which nesting is not looked at. A few megabytes of `[` cost JSON.parse half a second, 64 KiB of them a few
 * milliseconds, as much as any other text of that size; and nothing here walks a value by recursion.
 */
const MAX_UNSCANNED = 65_536;

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

export type ReviewFault = 'review-malformed' | 'review-too-deep';

export type ReviewReading =
  | { readonly kind: 'request'; readonly identity: ReviewIdentity; readonly request: AdmissionRequest }
  | {
      readonly kind: 'fault';
      readonly identity: ReviewIdentity;
      readonly fault: ReviewFault;
      readonly problem: string;
    };

/** Reads the body of an admission call. Never throws. */
export function readReview(body: Buffer): ReviewReading {
  const text = decode(body);
  if (body.length > MAX_UNSCANNED && countStructure(text, MAX_DEPTH).depth > MAX_DEPTH) {
    return toFault(body, 'review-too-deep', `the review nests deeper than ${MAX_DEPTH} levels`);
  }
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch {
    return toFault(body, 'review-malformed', 'the body is not JSON');
  }
  if (!isRecord(review) || !isRecord(review['request'])) {
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
  if (!isRecord(value)) return '';
  const kind = readText(value['kind']) ?? '';
  const group = readText(value['group']) ?? '';
  return group === '' ? kind : `${kind}.${group}`;
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function toFault(body: Buffer, fault: ReviewFault, problem: string): ReviewReading {
  return { kind: 'fault', identity: scanIdentity(body), fault, problem };
}

/** kube-apiserver writes the type fields and the uid in front of everything else; a kilobyte would do. */
const SCAN_LIMIT = 65_536;

// A quotation mark inside a JSON string is escaped, so neither expression can match within one.
const API_VERSION = /"apiVersion"\s*:\s*"(admission\.k8s\.io\/v1(?:beta1)?)"/;
const UID = /"request"\s*:\s*\{\s*"uid"\s*:\s*"([\w-]{1,128})"/;

/**
 * Finds what an answer must echo in text that is too deep, or too broken, to parse. Reads 64 KiB at most; an empty uid
 * where there is none, which kube-apiserver then counts as a failed call and treats by the failure policy.
 */
function scanIdentity(body: Buffer): ReviewIdentity {
  const text = body.toString('utf8', 0, SCAN_LIMIT);
  const apiVersion = API_VERSION.exec(text)?.[1];
  const kind = apiVersion === undefined ? undefined : 'AdmissionReview';
  return { apiVersion, kind, uid: UID.exec(text)?.[1] ?? '' };
}

/** kube-apiserver's default where the URL does not say. ms */
const DEFAULT_TIMEOUT = 10_000;

/** `?timeout=10s` of an admission call → ms; at most 30 s, which is all that kube-apiserver allows a webhook. */
export function readTimeout(url: string): number {
  const value = /[?&]timeout=([0-9a-z.]{1,32})(?:&|$)/.exec(url)?.[1];
  const timeout = value === undefined ? undefined : parseGoDuration(value);
  return timeout === undefined || timeout <= 0 ? DEFAULT_TIMEOUT : Math.min(timeout, 30_000);
}
