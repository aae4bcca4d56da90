import { decodePercent, encodeStrictly, type Parameter } from './percent.ts';
import type { SignableRequest } from './request.ts';

export interface CanonicalParts extends Pick<SignableRequest, 'method' | 'path' | 'payloadHash'> {
  readonly service: string;
  /** Of the query, decoded. */
  readonly parameters: readonly Parameter[];
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[];
}

/**
 * The text that is signed, by the hash of its Latin-1 bytes: that is how Node hands headers over, and all else is ASCII.
 * Source: IAM User Guide, "Create a signed AWS API request", step 1.
 * @returns undefined where the path cannot be decoded
 */
export function toCanonicalRequest(parts: CanonicalParts): string | undefined {
  const { method, service, parameters, headers, signedHeaders, payloadHash } = parts;
  // S3 encodes the path once; all others encode what was sent once more, after dot segments were resolved.
  const path = service === 's3' ? toCanonicalS3Path(parts.path) : toCanonicalPath(parts.path);
  if (path === undefined) return undefined;
  const lines = signedHeaders.map((name) => `${name}:${toCanonicalValue(headers.get(name) ?? '')}\n`);
  return [
    method,
    path,
    renderCanonicalQuery(parameters),
    lines.join(''),
    signedHeaders.join(';'),
    payloadHash,
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
export function renderCanonicalQuery(parameters: readonly Parameter[]): string {
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
