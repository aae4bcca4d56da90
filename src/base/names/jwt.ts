import { isUtf8 } from 'node:buffer';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';
import { decodeBase64url, isBase64url } from './base64url.ts';

/** Characters; AWS STS API reference, AssumeRoleWithWebIdentity. */
export const MAX_JWT_LENGTH = 20_000;

/** The three parts as they are in the text. */
export type JwtSegments = readonly [header: string, payload: string, signature: string];
export const JWT_PARTS = ['header', 'payload', 'signature'] as const;

/** The JSON object in a part. */
export interface JwtObject {
  readonly record: JsonRecord;
  /** JSON Pointers of members that are there twice. */
  readonly duplicates: readonly string[];
}

export type JwtReading =
  | { readonly kind: 'jwt'; readonly header: JsonRecord; readonly payload: JsonRecord }
  /** A sentence about "it", with nothing of the token in it. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** Deeper than `kubernetes.io` goes, and than any claim that this program reads. */
const MAX_DEPTH = 16;

/**
 * Reads a JWT that nobody has verified: for what it says of itself, never for whether that is true. Only what has one
 * spelling and one meaning is taken: canonical base64url without padding (RFC 4648 sections 3.5 and 5), UTF-8, JSON
 * objects in which no member is there twice.
 */
export function decodeJwt(text: string): JwtReading {
  const segments = text.length <= MAX_JWT_LENGTH ? splitJwt(text) : undefined;
  if (segments === undefined || !segments.every(isBase64url))
    return malformed('it is no JWT: give three parts of base64url with dots between them');
  const loose = segments.findIndex((segment) => decodeBase64url(segment) === undefined);
  if (loose !== -1)
    return malformed(`the last character of its ${JWT_PARTS[loose]} has bits that belong to no byte`);
  const [header, payload] = [readJwtObject(segments[0]), readJwtObject(segments[1])];
  if (typeof header === 'string') return malformed(`its header: ${header}`);
  if (typeof payload === 'string') return malformed(`its claims: ${payload}`);
  if (header.duplicates.length + payload.duplicates.length > 0)
    return malformed('it has a claim twice, and no reader can tell which one counts');
  return { kind: 'jwt', header: header.record, payload: payload.record };
}

function malformed(problem: string): JwtReading {
  return { kind: 'malformed', problem };
}

/** RFC 7515 section 7.1; undefined where there are not three parts, or one is empty that has JSON in it. */
export function splitJwt(text: string): JwtSegments | undefined {
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  // Also where there is no dot at all: then both searches find nothing, or the first one twice.
  if (first <= 0 || second <= first + 1 || text.includes('.', second + 1)) return undefined;
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

/** @param segment base64url @returns what is wrong with it, or what is in it */
export function readJwtObject(segment: string): JwtObject | string {
  const bytes = Buffer.from(segment, 'base64url');
  if (!isUtf8(bytes)) return 'it is not UTF-8';
  // Not TextDecoder, which would drop a byte order mark: with one it is not JSON (RFC 8259 section 8.1).
  const reading = readJson(bytes.toString('utf8'), MAX_DEPTH);
  if (reading.kind === 'malformed') return reading.problem;
  if (!isRecord(reading.value)) return 'it is another JSON value';
  return { record: reading.value, duplicates: reading.duplicates };
}
