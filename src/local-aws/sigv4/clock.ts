import type { SignatureClaim } from './claim.ts';
import { refuse, type SignatureRefusal } from './refusal.ts';
import { renderTimestamp } from './timestamp.ts';

/** ms by which a signature's time may be off, either way (IAM User Guide, "Signature Version 4 request elements"). */
export const MAX_SKEW = 15 * 60_000;

/**
 * Holds a signature's time against the clock. S3 takes a presigned URL until its `X-Amz-Expires`, which it requires; STS and
 * EC2 ignore that and take a URL for 15 minutes, as they take a header.
 */
export function checkClock(
  claim: SignatureClaim,
  { service, now }: { readonly service: string; readonly now: number },
): SignatureRefusal | undefined {
  const [date, clock] = [claim.timestamp, renderTimestamp(now)];
  if (claim.time > now + MAX_SKEW) {
    const limit = renderTimestamp(now + MAX_SKEW);
    return refuse(
      'too-early',
      `Signature not yet current: ${date} is still later than ${limit} (${clock} + 15 min.)`,
    );
  }
  if (service === 's3' && claim.form === 'query') return checkUrl(claim, now);
  if (claim.time < now - MAX_SKEW) {
    const limit = renderTimestamp(now - MAX_SKEW);
    return refuse('too-late', `Signature expired: ${date} is now earlier than ${limit} (${clock} - 15 min.)`);
  }
  return undefined;
}

function checkUrl({ time, expires }: SignatureClaim, now: number): SignatureRefusal | undefined {
  if (expires === undefined) {
    return refuse('malformed', 'Query-string authentication version 4 requires the X-Amz-Expires parameter.');
  }
  return now > time + expires * 1_000 ? refuse('url-expired', 'Request has expired') : undefined;
}
