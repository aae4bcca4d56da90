import { ExplainedError } from '../base/errors.ts';
import { isBucketName } from '../base/names/bucket.ts';
import { isRegion, toS3Host } from './hosts.ts';
import { encodeStrictly } from './sigv4/percent.ts';

/** An object, and the S3 that has it. */
export interface S3Location {
  readonly region: string;
  /** Another S3 than AWS's own, such as `http://127.0.0.1:9000`: path style is used with it. */
  readonly endpoint?: string | undefined;
  readonly bucket: string;
  /** Without a leading slash. */
  readonly key: string;
}

export function checkBucketName(bucket: string): string | undefined {
  if (isBucketName(bucket)) return undefined;
  return 'the bucket name is malformed: 3 to 63 lower-case letters, digits, dots and dashes, no IP address';
}

/**
 * S3 takes more; what is left out here would be rewritten on its way: `.` and `..` by every URL parser, control characters
 * and backslashes by some.
 */
export function checkObjectKey(key: string): string | undefined {
  const steps = key.split('/');
  if (key === '' || Buffer.byteLength(key) > 1024)
    return 'the object key is empty, or longer than 1024 bytes';
  if (steps.includes(''))
    return 'the object key has an empty step: write one slash at a time, and none at the ends';
  if (steps.includes('.') || steps.includes('..'))
    return 'the object key has a step . or ..: name the folder itself';
  if (/[\p{Cc}\p{Cs}\\]/u.test(key))
    return 'the object key has a control character or a backslash: leave it out';
  return undefined;
}

/**
 * Where the object is. Path style with an endpoint, which rarely has a DNS name for each bucket, and for a bucket with
 * dots, whose host would not match AWS's wildcard certificate; virtual-host style otherwise.
 * @throws Error where a part of the location is malformed, so that nothing can be signed for another place
 */
export function toObjectUrl({ region, endpoint, bucket, key }: S3Location): URL {
  const problem = checkBucketName(bucket) ?? checkObjectKey(key);
  if (problem !== undefined) throw new ExplainedError(problem);
  if (!isRegion(region)) throw new ExplainedError('the region is malformed: give one such as eu-west-1');
  const path = key.split('/').map(encodeStrictly).join('/');
  if (endpoint !== undefined) return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`);
  const host = toS3Host(region);
  return new URL(
    bucket.includes('.') ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`,
  );
}
