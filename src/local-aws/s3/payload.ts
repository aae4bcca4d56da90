import { EMPTY_HASH, isSame, type SigningContext, sha256, signLines } from '../../aws/sigv4/signature.ts';
import type { AwsRequest } from '../route.ts';
import { type ChunkedBody, readChunks } from './chunks.ts';

/** What a request carries, once its signature has been found right. */
export interface Payload {
  readonly kind: 'payload';
  readonly data: Buffer;
  /** Headers that came after the body; a checksum, as a rule. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** What can be wrong with a body, or with what is said of it. */
export interface PayloadRefusal {
  readonly kind: 'refused';
  readonly fault: /** S3 wants `x-amz-content-sha256`. */
    | 'no-payload-hash'
    | 'bad-payload-hash'
    | 'payload-mismatch'
    | 'malformed-chunks'
    | 'chunk-too-small'
    /** The decoded body is not as long as `x-amz-decoded-content-length` says. */
    | 'length-mismatch'
    /** Of the signature of a chunk or of the trailers. */
    | 'mismatch';
  /** One sentence, in AWS's words where they are known. */
  readonly detail: string;
}

/** How `x-amz-content-sha256` says that the body is protected. */
export type PayloadForm =
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunks'; readonly signed: boolean; readonly trailer: boolean };

const FORMS: ReadonlyMap<string, PayloadForm> = new Map([
  ['UNSIGNED-PAYLOAD', { kind: 'unsigned' }],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { kind: 'chunks', signed: false, trailer: true }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { kind: 'chunks', signed: true, trailer: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { kind: 'chunks', signed: true, trailer: true }],
]);

/** Source: Amazon S3 API Reference, "Signature Version 4", `x-amz-content-sha256`. */
export function parsePayloadForm(text: string | undefined): PayloadForm | PayloadRefusal {
  if (text === undefined) {
    return refuse('no-payload-hash', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'hash', hash: text };
  return FORMS.get(text) ?? refuse('bad-payload-hash', BAD_HASH);
}

const BAD_HASH =
  'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING- values, or a valid sha256 value.';

export interface PayloadFacts {
  readonly request: Pick<AwsRequest, 'headers' | 'body'>;
  readonly context: SigningContext;
  /** The signature of the request: the first chunk is signed on top of it. */
  readonly seed: string;
}

/** Holds a body against what the signed headers say of it. */
export function checkPayload(form: PayloadForm, facts: PayloadFacts): Payload | PayloadRefusal {
  if (form.kind === 'chunks') return checkChunks(form, facts);
  const { body } = facts.request;
  if (form.kind === 'hash' && !isSame(sha256(body), form.hash)) {
    return refuse(
      'payload-mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return { kind: 'payload', data: body, trailers: new Map() };
}

function checkChunks(
  { signed, trailer }: { readonly signed: boolean; readonly trailer: boolean },
  facts: PayloadFacts,
): Payload | PayloadRefusal {
  const reading = readChunks(facts.request.body, { signed, trailer });
  if (reading.kind === 'malformed')
    return refuse('malformed-chunks', `The body is not aws-chunked: ${reading.detail}.`);
  if (reading.kind === 'too-small') {
    return refuse('chunk-too-small', 'Only the last chunk is allowed to have a size less than 8192 bytes');
  }
  const size = reading.chunks.reduce((sum, { data }) => sum + data.length, 0);
  const { headers } = facts.request;
  if (headers.get('x-amz-decoded-content-length') !== String(size)) {
    return refuse('length-mismatch', 'x-amz-decoded-content-length is not the length of the decoded body.');
  }
  if (signed && !areChunksSigned(reading, facts)) {
    return refuse('mismatch', 'The signature of a chunk does not match.');
  }
  if (!areAnnounced(reading.trailers, headers.get('x-amz-trailer')))
    return refuse('malformed-chunks', 'A trailer is there twice, or x-amz-trailer does not announce it.');
  const data = Buffer.concat(
    reading.chunks.map((chunk) => chunk.data),
    size,
  );
  return { kind: 'payload', data, trailers: new Map(reading.trailers) };
}

/** Each once, and each announced: the announcement is a signed header, and the trailers themselves may not be. */
function areAnnounced(trailers: ChunkedBody['trailers'], announcement = ''): boolean {
  const announced = announcement.split(',').map((name) => name.trim().toLowerCase());
  const names = trailers.map(([name]) => name);
  return new Set(names).size === names.length && names.every((name) => announced.includes(name));
}

/** Each signature covers the one before: chunks cannot be dropped, swapped or taken from another request. */
function areChunksSigned({ chunks, trailers, trailerSignature }: ChunkedBody, facts: PayloadFacts): boolean {
  let previous = facts.seed;
  for (const { data, signature = '' } of chunks) {
    const expected = signLines('AWS4-HMAC-SHA256-PAYLOAD', facts.context, [
      previous,
      EMPTY_HASH,
      sha256(data),
    ]);
    if (!isSame(expected, signature)) return false;
    previous = signature;
  }
  if (trailers.length === 0) return trailerSignature === undefined;
  const text = trailers.map(([name, value]) => `${name}:${value}\n`).join('');
  const expected = signLines('AWS4-HMAC-SHA256-TRAILER', facts.context, [previous, sha256(text)]);
  return isSame(expected, trailerSignature ?? '');
}

function refuse(fault: PayloadRefusal['fault'], detail: string): PayloadRefusal {
  return { kind: 'refused', fault, detail };
}
