import type { Principal } from '../principal.ts';
import type { AwsError, AwsRequest } from '../route.ts';
import type { S3Address } from './address.ts';
import { type S3ErrorCode, toS3Error } from './errors.ts';
import type { Payload } from './payload.ts';
import type { ObjectStore } from './store.ts';

/** One thing that S3 does. When it runs, the caller is known, may, and the bucket is there. */
export interface S3Operation {
  /** The permission that it needs. */
  readonly action: string;
  /** Query parameters that it takes; another one asks for something that is not there. */
  readonly parameters: readonly string[];
  /** Whether the bucket may be missing. */
  readonly withoutBucket?: boolean;
  /** It is about several objects, and checks the permission for each. */
  readonly checksItself?: boolean;
  run(call: S3Call): S3Outcome | Promise<S3Outcome>;
}

export interface S3Call {
  readonly request: AwsRequest;
  readonly address: S3Address;
  readonly parameters: ReadonlyMap<string, string>;
  readonly payload: Payload;
  readonly caller: Principal;
  readonly store: ObjectStore;
  /** ms since epoch */
  readonly now: number;
}

export type S3Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
      readonly reason?: string;
    }
  | { readonly kind: 'error'; readonly error: AwsError; readonly reason?: string };

export function answer(
  status: number,
  parts: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer } = {},
): S3Outcome {
  return { kind: 'answer', status, ...parts };
}

export function answerXml(body: string): S3Outcome {
  return answer(200, { headers: { 'content-type': 'application/xml' }, body });
}

export function refuse(
  code: S3ErrorCode,
  details: Readonly<Record<string, string>> = {},
  message?: string,
): S3Outcome & { readonly kind: 'error' } {
  return { kind: 'error', error: toS3Error(code, details, message) };
}

/** The ARN that permissions name. */
export function toResource({ bucket, key }: S3Address, partition = 'aws'): string {
  if (bucket === '') return '*';
  return `arn:${partition}:s3:::${bucket}${key === '' ? '' : `/${key}`}`;
}
