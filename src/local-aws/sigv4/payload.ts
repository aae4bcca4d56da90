import { type ChunkedBody, readChunks } from './chunks.ts';
import { refuse, type SignatureRefusal } from './refusal.ts';
import { EMPTY_HASH, isSame, type SigningContext, sha256, signLines } from './signing.ts';

/** What a request carries, once its signature has been found right. */
export interface Payload {
  readonly kind: 'payload';
  readonly data: Buffer;
  /** Headers that came after the body; a checksum, as a rule. */
  readonly trailers: ReadonlyMap<string, string>;
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
export function parsePayloadForm(text: string): PayloadForm | undefined {
  return FORMS.get(text) ?? (/^[0-9a-f]{64}$/.test(text) ? { kind: 'hash', hash: text } : undefined);
}

export interface PayloadFacts {
  readonly body: Buffer;
  /** `x-amz-decoded-content-length`, as it came. */
  readonly decodedLength: string | undefined;
  /** `x-amz-trailer`, as it came: the names that are announced. */
  readonly announced: string | undefined;
  readonly context: SigningContext;
  /** The signature of the request: the first chunk is signed on top of it. */
  readonly seed: string;
}

/** Holds a body against what the signed headers say of it. */
export function checkPayload(form: PayloadForm, facts: PayloadFacts): Payload | SignatureRefusal {
  if (form.kind === 'chunks') return checkChunks(form, facts);
  const { body } = facts;
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
): Payload | SignatureRefusal {
  const reading = readChunks(facts.body, { signed, trailer });
  if (reading.kind === 'malformed')
    return refuse('malformed-chunks', `The body is not aws-chunked: ${reading.detail}.`);
  if (reading.kind === 'too-small') {
    return refuse('chunk-too-small', 'Only the last chunk is allowed to have a size less than 8192 bytes');
  }
  const size = reading.chunks.reduce((sum, { data }) => sum + data.length, 0);
  if (facts.decodedLength !== String(size)) {
    return refuse('length-mismatch', 'x-amz-decoded-content-length is not the length of the decoded body.');
  }
  if (signed && !areChunksSigned(reading, facts)) {
    return refuse('mismatch', 'The signature of a chunk does not match.');
  }
  const trailers = new Map(reading.trailers);
  const announced = new Set(
    (facts.announced ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  const strange =
    reading.trailers.length > trailers.size || [...trailers.keys()].some((name) => !announced.has(name));
  // The announcement is a signed header, and the trailers themselves may not be.
  if (strange)
    return refuse('malformed-chunks', 'A trailer is there twice, or x-amz-trailer does not announce it.');
  return {
    kind: 'payload',
    data: Buffer.concat(
      reading.chunks.map(({ data }) => data),
      size,
    ),
    trailers,
  };
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
