import { describeUnreachable } from '../unreachable.ts';
import type { KeyChange } from './merge-keys.ts';
import type { S3Place } from './s3-target.ts';

/** STS keeps keys for a time that AWS does not publish; a day is on the safe side. */
const CACHE_TIME = 24 * 3_600_000;

/** Virtual-host style, path style, with and without a region. */
const S3_HOST = /^(?:(.+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * What AWS will not like of an issuer, though documents can be published for it all the same.
 * @param s3 the bucket that they go to, where it is one of AWS's
 */
export function remarkOnIssuer(issuer: string, s3?: S3Place): string[] {
  const url = new URL(issuer);
  const unreachable = describeUnreachable(issuer);
  const remarks = unreachable === undefined ? [] : [unreachable];
  if (url.protocol !== 'https:' || url.port !== '') {
    remarks.push('IAM takes only an https issuer without a port as a provider');
  }
  const bucket = S3_HOST.exec(url.hostname);
  if (bucket === null) return remarks;
  if (bucket[1]?.includes('.')) {
    remarks.push(
      "the bucket's name has dots, so the certificate of S3 does not match the issuer's host and STS cannot read it: choose a bucket without dots, or path style",
    );
  }
  if (s3 !== undefined && toLocation(url, bucket[1]) !== toPath(s3)) {
    remarks.push(`the issuer leads to s3://${toLocation(url, bucket[1])} and not to s3://${toPath(s3)}`);
  }
  return remarks;
}

/** Bucket and prefix of an URL of S3. */
function toLocation({ pathname }: URL, bucket: string | undefined): string {
  const path = pathname.replace(/^\/|\/$/g, '');
  return bucket === undefined ? path : toPath({ bucket, prefix: path });
}

function toPath({ bucket, prefix }: S3Place): string {
  return prefix === '' ? bucket : `${bucket}/${prefix}`;
}

/** A key that joins others is published before it signs, and STS has to see it first. */
export function remarkOnNewKeys(changes: readonly KeyChange[], now: number): string[] {
  const added = changes.filter(({ fate }) => fate === 'added');
  if (added.length === 0 || added.length === changes.length) return [];
  const from = new Date(now + CACHE_TIME).toISOString();
  return added.map(
    ({ kid }) => `let nothing sign with ${kid} before ${from}: STS may not know it until then`,
  );
}
