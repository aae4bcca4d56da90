import { decodePercent, encodeStrictly, type Parameter } from '../percent.ts';
import type { AwsRequest } from '../route.ts';

export interface CanonicalOptions {
  /** S3 encodes the path once; all others encode what was sent once more, after dot segments were resolved. */
  readonly path: 's3' | 'other';
  readonly parameters: readonly Parameter[];
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/**
 * The text that is signed, by the hash of its Latin-1 bytes: that is how Node hands headers over, and all else is ASCII.
 * Source: IAM User Guide, "Create a signed AWS API request", step 1.
 * @returns undefined where the path cannot be decoded
 */
export function toCanonicalRequest(request: AwsRequest, options: CanonicalOptions): string | undefined {
  const path = options.path === 's3' ? toCanonicalS3Path(request.path) : toCanonicalPath(request.path);
  if (path === undefined) return undefined;
  const { signedHeaders } = options;
  const headers = signedHeaders.map(
    (name) => `${name}:${toCanonicalValue(request.headers.get(name) ?? '')}\n`,
  );
  return [
    request.method,
    path,
    toCanonicalQuery(options.parameters),
    headers.join(''),
    signedHeaders.join(';'),
    options.payloadHash,
  ].join('\n');
}

function toCanonicalS3Path(path: string): string | undefined {
  const segments = path.split('/').map(decodePercent);
  return segments.includes(undefined)
    ? undefined
    : segments.map((part) => encodeStrictly(part ?? '')).join('/');
}

function toCanonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const end = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${kept.map(encodeStrictly).join('/')}${end}`;
}

/** Sorted by name, then by value, after encoding; the signature itself is not part of what it signs. */
function toCanonicalQuery(parameters: readonly Parameter[]): string {
  return parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): Parameter => [encodeStrictly(name), encodeStrictly(value)])
    .sort(byNameAndValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function byNameAndValue([name, value]: Parameter, [otherName, otherValue]: Parameter): number {
  if (name !== otherName) return name < otherName ? -1 : 1;
  return value < otherValue ? -1 : Number(value > otherValue);
}

function toCanonicalValue(value: string): string {
  return value.trim().replaceAll(/ +/g, ' ');
}
