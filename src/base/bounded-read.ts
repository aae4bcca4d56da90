import { createReadStream } from 'node:fs';

/** All of a stream; undefined where it is longer than `maxBytes`, of which nothing more is read then. */
export async function readBounded(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    // Leaving the loop ends the stream.
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

/**
 * A file as UTF-8; undefined where it is longer than `maxBytes`. What the system says of its size is not relied on: a
 * device and a pipe have none, and a wrong name may lead to one without an end.
 */
export async function readBoundedFile(path: string, maxBytes: number): Promise<string | undefined> {
  return (await readBounded(createReadStream(path), maxBytes))?.toString('utf8');
}
