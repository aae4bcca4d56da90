import type { SignatureClaim } from './claim.ts';
import { refuseQuery, type SignatureRefusal } from './refusal.ts';

/** ms by which a signature's time may be off, either way (IAM User Guide, "Signature Version 4 request elements"). */
export const MAX_SKEW = 15 * 60_000;

/**
 * Holds a signature's time against the clock. S3 takes a presigned URL until its `X-Amz-Expires`, which it requires; STS and
 * EC2 ignore that and take a URL for 15 minutes, as they take a header.
 * @param now ms since epoch
 */
export function checkClock(claim: SignatureClaim, now: number): SignatureRefusal | undefined {
  const { timestamp, time, form, scope } = claim;
  if (time > now + MAX_SKEW) return { kind: 'refused', fault: 'too-early', timestamp, now };
  if (scope.service === 's3' && form === 'query') return checkUrl(claim, now);
  return time < now - MAX_SKEW ? { kind: 'refused', fault: 'too-late', timestamp, now } : undefined;
}

function checkUrl({ time, expires }: SignatureClaim, now: number): SignatureRefusal | undefined {
  if (expires === undefined) return refuseQuery('expires-missing');
  return now > time + expires * 1_000 ? { kind: 'refused', fault: 'url-expired' } : undefined;
}
