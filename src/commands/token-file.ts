import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ExplainedError } from '../base/errors.ts';
import { describeFileError } from '../base/text-file.ts';

/** More than any token: whoever reads it says how long it is allowed to be. bytes */
const MAX_BYTES = 64 * 1024;

/** No file is called so, and what is said of one has its name in it. */
const HOLDS_TOKEN = /eyJ[\w-]+\.[\w-]+\./;

/**
 * A token byte for byte, as an SDK would send it: a line break at its end, or a byte order mark, is a part of it. Nothing is
 * read beyond what a token can be.
 * @param input read where the path is `-`; without it `-` is a name like any other
 * @throws Error: one sentence with the name of the file
 */
export async function readTokenFile(path: string, input?: Readable): Promise<string> {
  if (HOLDS_TOKEN.test(path))
    throw new Error('there is a token in place of the name of a file: write it to a file, and give that');
  const isInput = path === '-' && input !== undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of isInput ? input : createReadStream(path, { end: MAX_BYTES - 1 })) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length >= MAX_BYTES) break;
    }
  } catch (error) {
    throw new ExplainedError(describeFileError(isInput ? 'standard input' : path, error), { cause: error });
  }
  return Buffer.concat(chunks).toString('latin1');
}
