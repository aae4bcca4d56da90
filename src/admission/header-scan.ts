import type { ReviewIdentity } from './request.ts';

/** kube-apiserver writes the type fields and the uid in front of everything else; a kilobyte would do. */
const SCAN_LIMIT = 65_536;

// A quotation mark inside a JSON string is escaped, so neither expression can match within one.
const API_VERSION = /"apiVersion"\s*:\s*"(admission\.k8s\.io\/v1(?:beta1)?)"/;
const UID = /"request"\s*:\s*\{\s*"uid"\s*:\s*"([\w-]{1,128})"/;

/**
 * Finds what an answer must echo in text that is too deep, or too broken, to parse. Reads 64 KiB at most; an empty uid
 * where there is none, which kube-apiserver then counts as a failed call and treats by the failure policy.
 */
export function scanReviewIdentity(body: Buffer): ReviewIdentity {
  const text = body.toString('utf8', 0, SCAN_LIMIT);
  const apiVersion = API_VERSION.exec(text)?.[1];
  const kind = apiVersion === undefined ? undefined : 'AdmissionReview';
  return { apiVersion, kind, uid: UID.exec(text)?.[1] ?? '' };
}
