import type { Parameter } from '../../aws/sigv4/percent.ts';
import { isSignatureParameter } from '../../aws/sigv4/query-form.ts';
import type { AwsRequest } from '../route.ts';
import type { S3Operation } from './operation.ts';

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
