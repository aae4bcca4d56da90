import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { readBounded } from './bounded-read.ts';
import { describeError, ExplainedError, readErrorCode } from './errors.ts';

/**
 * A text that people write, in a file that a flag names: a policy, keys, PEM, a configuration; as {@link decodeText} has it.
 * Not for tokens, of which every byte is sent.
 * @param limit bytes
 * @param input read where the path is `-`; without it `-` is a name like any other
 * @throws Error: one sentence with the name of the file, to be said after the flag's
 */
export async function readTextFile(path: string, limit: number, input?: Readable): Promise<string> {
  const [name, stream] =
    path === '-' && input !== undefined ? ['standard input', input] : [path, createReadStream(path)];
  const bytes = await readBounded(stream, limit).catch((error: unknown) => {
    throw new ExplainedError(describeFileError(name, error), { cause: error });
  });
  if (bytes === undefined)
    throw new ExplainedError(`${name} is longer than ${limit} bytes: is it the right file?`);
  return decodeText(bytes);
}

/** The same, and undefined for a file that is not there. */
export async function readTextFileIfPresent(path: string, limit: number): Promise<string | undefined> {
  try {
    return await readTextFile(path, limit);
  } catch (error) {
    if (error instanceof ExplainedError && readErrorCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

/** UTF-8; bytes that are none become U+FFFD. A byte order mark, which some editors write, is none of the text. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Why a file could not be read, in words for people. */
export function describeFileError(name: string, error: unknown): string {
  const code = readErrorCode(error);
  if (code === 'ENOENT') return `there is no file ${name}`;
  if (code === 'EACCES') return `${name} may not be read by this user`;
  if (code === 'EISDIR') return `${name} is a folder: give the file in it`;
  return `${name}: ${describeError(error)}`;
}
