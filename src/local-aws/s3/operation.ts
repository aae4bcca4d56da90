import type { Parameter } from '../../aws/sigv4/percent.ts';
import { isSignatureParameter } from '../../aws/sigv4/query-form.ts';
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

/** Query parameters of every operation: the SDK's name for it, and what presigning moves here. */
const ANY_PARAMETER: ReadonlySet<string> = new Set([
  'x-id',
  'x-amz-content-sha256',
  'x-amz-checksum-mode',
  'x-amz-user-agent',
  'x-amz-sdk-checksum-algorithm',
]);

/** Headers that have a meaning here, or none that matters to one user of one machine. */
const HEADER =
  /^x-amz-(?:meta-.+|checksum-.+|date|content-sha256|security-token|decoded-content-length|trailer|sdk-checksum-algorithm|user-agent|request-payer|te)$/;

/** Harmless with these values only. */
const HARMLESS: ReadonlyMap<string, string> = new Map([
  ['x-amz-acl', 'private'],
  ['x-amz-storage-class', 'STANDARD'],
]);

/**
 * A parameter or header that asks for something that is not there, such as `?versionId` or server-side encryption: to do
 * without it silently would be worse than to refuse.
 */
export function findUnknown(
  { headers }: AwsRequest,
  parameters: readonly Parameter[],
  operation: S3Operation,
): Readonly<Record<string, string>> | undefined {
  const names = parameters.filter((parameter) => !isSignatureParameter(parameter)).map(([name]) => name);
  const strange = names.find((name, index) => !isKnown(name, operation) || names.indexOf(name) < index);
  if (strange !== undefined) return { Parameter: strange };
  const header = [...headers].find(
    ([name, value]) => name.startsWith('x-amz-') && !HEADER.test(name) && HARMLESS.get(name) !== value,
  );
  return header === undefined ? undefined : { Header: header[0] };
}

function isKnown(name: string, { parameters }: S3Operation): boolean {
  return parameters.includes(name) || ANY_PARAMETER.has(name.toLowerCase());
}
