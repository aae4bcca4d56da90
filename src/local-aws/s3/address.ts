import { decodePercent } from '../../aws/sigv4/percent.ts';
import type { AwsRequest } from '../route.ts';

/** What a request to S3 is about. */
export interface S3Address {
  /** '' for the service itself. */
  readonly bucket: string;
  /** Decoded; '' for the bucket itself. */
  readonly key: string;
}

/** Hosts of S3, by whose subdomains buckets are called; on this machine `localhost` is one. */
const S3_HOST = /^(?:(.+?)\.)?(?:s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?|s3\.localhost|localhost)$/;

/** The path with its bucket in front, also where the bucket is in the host: `https://bucket.s3.region.amazonaws.com/key`. */
export function toPathStyle({ headers, path }: Pick<AwsRequest, 'headers' | 'path'>): string {
  const host = (headers.get('host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const bucket = S3_HOST.exec(host)?.[1];
  return bucket === undefined ? path : `/${bucket}${path}`;
}

/** @returns undefined where the path cannot be decoded */
export function readAddress(request: Pick<AwsRequest, 'headers' | 'path'>): S3Address | undefined {
  const path = toPathStyle(request).slice(1);
  const slash = path.indexOf('/');
  const bucket = decodePercent(slash === -1 ? path : path.slice(0, slash));
  const key = decodePercent(slash === -1 ? '' : path.slice(slash + 1));
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** Bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
export const MAX_KEY = 1_024;
