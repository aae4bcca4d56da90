import { checkBucketName, checkObjectKey } from '../../aws/s3-location.ts';
import { getObject, putObject, type S3Deps } from '../../aws/s3-object.ts';
import type { PublishTarget } from './target.ts';

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; '' is the bucket itself. */
  readonly prefix: string;
}

export type S3PlaceReading =
  | ({ readonly kind: 'place' } & S3Place)
  | { readonly kind: 'malformed'; readonly problem: string };

/** Reads `s3://bucket/prefix`; one slash at the end of the prefix is taken as none. */
export function parseS3Place(text: string): S3PlaceReading {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(text) ?? [];
  const prefix = rest.endsWith('/') ? rest.slice(0, -1) : rest;
  const problem = checkBucketName(bucket) ?? (prefix === '' ? undefined : checkObjectKey(prefix));
  return problem === undefined ? { kind: 'place', bucket, prefix } : { kind: 'malformed', problem };
}

export interface S3TargetOptions extends S3Place {
  readonly region: string;
  readonly endpoint?: string | undefined;
}

/** A bucket. S3 replaces an object at once, and shows the new one to every reader from then on. */
export function createS3Target({ prefix, ...place }: S3TargetOptions, deps: S3Deps): PublishTarget {
  const toKey = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  return {
    describe: (name) => `s3://${place.bucket}/${toKey(name)}`,
    read: async (name) => (await getObject({ ...place, key: toKey(name) }, deps))?.toString('utf8'),
    write: (name, text, options) =>
      putObject({ ...place, ...options, key: toKey(name), body: Buffer.from(text) }, deps),
  };
}
