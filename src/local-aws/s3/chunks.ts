/** A body in the content coding `aws-chunked`, taken apart; signatures are not checked yet. */
export interface ChunkedBody {
  readonly kind: 'chunks';
  /** The last one is empty. */
  readonly chunks: readonly Chunk[];
  /** Names are lower-case; `x-amz-trailer-signature` is not among them. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
  readonly trailerSignature?: string;
}

export interface Chunk {
  readonly data: Buffer;
  /** 64 hexadecimal digits, where chunks are signed. */
  readonly signature?: string;
}

export type ChunkReading =
  | ChunkedBody
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'too-small' };

/** S3 takes a smaller chunk only at the end, which is also what bounds their number. */
const MIN_CHUNK = 8_192;

const MAX_TRAILERS = 8;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const LINE_END = '\r\n';

/**
 * Reads `<hex size>[;chunk-signature=<hex>]CRLF <data> CRLF …`, an empty chunk, and trailers.
 * Source: Amazon S3 API Reference, "Signature calculations for the Authorization header: Transferring payload in multiple
 * chunks", and "… including trailing headers".
 */
export function readChunks(
  body: Buffer,
  options: { readonly signed: boolean; readonly trailer: boolean },
): ChunkReading {
  const head = options.signed ? SIGNED_HEAD : UNSIGNED_HEAD;
  const chunks: Chunk[] = [];
  let at = 0;
  for (;;) {
    const reading = readChunk(body, at, head);
    if (typeof reading === 'string') return malformed(reading);
    const { chunk, next } = reading;
    chunks.push(chunk);
    if (chunk.data.length === 0) return readTrailers(body.subarray(next), chunks, options.trailer);
    if (isTooSmall(chunks.at(-2))) return { kind: 'too-small' };
    at = next;
  }
}

const SIGNED_HEAD = /^([0-9a-f]{1,8});chunk-signature=([0-9a-f]{64})$/i;
const UNSIGNED_HEAD = /^([0-9a-f]{1,8})$/i;

function isTooSmall(chunk: Chunk | undefined): boolean {
  return chunk !== undefined && chunk.data.length < MIN_CHUNK;
}

interface ReadChunk {
  readonly chunk: Chunk;
  /** Where the next chunk begins; after an empty one, the trailers. */
  readonly next: number;
}

/** @returns what is wrong, where something is */
function readChunk(body: Buffer, at: number, head: RegExp): ReadChunk | string {
  const line = readLine(body, at, 128);
  const match = line === undefined ? null : head.exec(line.text);
  if (line === undefined || match === null) return 'a chunk does not begin with its size';
  const end = line.next + Number.parseInt(match[1] ?? '', 16);
  if (end > body.length) return 'a chunk is shorter than its size';
  const signature = match[2]?.toLowerCase();
  const chunk = { data: body.subarray(line.next, end), ...(signature !== undefined && { signature }) };
  if (end === line.next) return { chunk, next: end };
  if (body.toString('latin1', end, end + 2) !== LINE_END) return 'a chunk is longer than its size';
  return { chunk, next: end + 2 };
}

function readTrailers(rest: Buffer, chunks: readonly Chunk[], allowed: boolean): ChunkReading {
  const lines = readLines(rest);
  if (lines === undefined) return malformed('it does not end with an empty line, or has too many trailers');
  if (lines.length > 0 && !allowed)
    return malformed('it has trailers, and x-amz-content-sha256 says that there are none');
  const trailers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const signatures = trailers.filter(([name]) => name === TRAILER_SIGNATURE).map(([, value]) => value);
  if (lines.some((line) => !/^[A-Za-z0-9-]+:/.test(line)) || signatures.length > 1) {
    return malformed('a trailer is no header');
  }
  const [trailerSignature] = signatures;
  return {
    kind: 'chunks',
    chunks,
    trailers: trailers.filter(([name]) => name !== TRAILER_SIGNATURE),
    ...(trailerSignature !== undefined && { trailerSignature }),
  };
}

/** The lines before the empty one that must be the last. */
function readLines(rest: Buffer): string[] | undefined {
  const lines: string[] = [];
  for (let at = 0; lines.length <= MAX_TRAILERS; ) {
    const line = readLine(rest, at, 1_024);
    if (line === undefined) return undefined;
    if (line.text === '') return line.next === rest.length ? lines : undefined;
    lines.push(line.text);
    at = line.next;
  }
  return undefined;
}

interface Line {
  readonly text: string;
  readonly next: number;
}

function readLine(body: Buffer, at: number, limit: number): Line | undefined {
  const window = body.subarray(at, at + limit);
  const end = window.indexOf(LINE_END);
  return end === -1 ? undefined : { text: window.toString('latin1', 0, end), next: at + end + 2 };
}

function malformed(detail: string): ChunkReading {
  return { kind: 'malformed', detail };
}
