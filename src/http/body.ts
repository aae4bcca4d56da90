import type { IncomingMessage } from 'node:http';

export type BodyReading =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  /** The caller went away, or was cut off for being slow. */
  | { readonly kind: 'aborted' };

/**
 * Reads a request's body whole and hands it over once, by callback rather than promise: this is a hot path.
 * A declared length beyond the limit is refused before a byte is read.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (reading: BodyReading) => void,
): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) {
    done({ kind: 'too-large' });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let open = true;
  const finish = (reading: BodyReading): void => {
    if (!open) return;
    open = false;
    done(reading);
  };
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) return finish({ kind: 'too-large' });
    if (open) chunks.push(chunk);
  });
  request.on('end', () => {
    const [first] = chunks;
    finish({
      kind: 'body',
      body: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size),
    });
  });
  request.on('close', () => finish({ kind: 'aborted' }));
}
