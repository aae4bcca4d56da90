import type { Readable } from 'node:stream';

/** Held in memory whole, because S3 wants its length and its hash before the first byte. */
export const MAX_MESSAGE_BYTES = 5 * 1024 * 1024;

/**
 * Reads standard input to its end.
 * @returns undefined where there is more than `maxBytes`
 */
export async function readMessage(
  input: Readable,
  maxBytes: number = MAX_MESSAGE_BYTES,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
