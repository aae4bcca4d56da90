import type { IncomingMessage, ServerResponse } from 'node:http';

export type BodyReading =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  /** There is no room for a body of its size now: 503, and the connection ends with it. */
  | { readonly kind: 'no-room' }
  /** The caller went away, or was cut off. */
  | { readonly kind: 'aborted' };

export interface BodyLimits {
  /** Bytes. */
  readonly limit: number;
  /** How long the caller of this URL would wait for room; absent: {@link PATIENCE}. ms */
  readonly patience?: (url: string) => number;
  /** What the reader still holds of a body that it was handed, until the answer, at most; absent: all of it. Bytes. */
  readonly kept?: number;
}

/** ms */
export const PATIENCE = 10_000;

/**
 * Reads a request's body whole and hands it over once, by callback rather than promise: this is a hot path. A declared
 * length beyond the limit is refused before a byte is read. What was reserved for the body is free again once the
 * response has ended.
 */
export type ReadBody = (
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
  done: (reading: BodyReading) => void,
) => void;

const FIRST_PIECE = 16 * 1024;

/**
 * Puts a body together in one piece of memory. A list of its chunks would take many times what was sent where the sender
 * cuts it into single bytes, and once more the whole at the end.
 */
export class BodyAssembly {
  readonly #declared: number | undefined;
  #piece: Buffer | undefined;
  #size = 0;

  /** @param declared bytes, where the length was said; no more than that will come */
  constructor(declared: number | undefined) {
    this.#declared = declared;
  }

  /** Bytes that are held, or will be once there are `size` of them. */
  toCapacity(size: number, limit: number): number {
    if (this.#declared !== undefined) return this.#declared;
    const held = this.#piece?.length ?? 0;
    return size <= held ? held : Math.min(limit, Math.max(size, held * 2, FIRST_PIECE));
  }

  /** @param capacity of {@link toCapacity} */
  add(chunk: Buffer, capacity: number): void {
    const size = this.#size + chunk.length;
    if (this.#piece === undefined && size === this.#declared) this.#piece = chunk;
    else {
      if (this.#piece === undefined || size > this.#piece.length) this.#grow(capacity);
      if (this.#piece !== undefined) chunk.copy(this.#piece, this.#size);
      free(chunk);
    }
    this.#size = size;
  }

  take(): Buffer {
    const piece = this.#piece ?? Buffer.alloc(0);
    this.#piece = undefined;
    // Mostly it came in one chunk: a view of all of it would be an object more for each request.
    return piece.length === this.#size ? piece : piece.subarray(0, this.#size);
  }

  /** Nobody wants it any more. */
  drop(): void {
    if (this.#piece !== undefined) free(this.#piece);
    this.#piece = undefined;
  }

  #grow(capacity: number): void {
    // Not of the pool that small buffers share: one of them would keep all of it.
    const larger = Buffer.allocUnsafeSlow(capacity);
    this.#piece?.copy(larger, 0, 0, this.#size);
    this.drop();
    this.#piece = larger;
  }
}

/** Gives memory back now: what waits for a collection of garbage counts as well, up to 64 MB of it. */
function free({ buffer, byteLength }: Buffer): void {
  // Who has all of it to itself; others share one.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
