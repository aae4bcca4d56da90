import { readBoundedFile } from '../../base/bounded-file.ts';
import { describeError } from '../../base/errors.ts';
import { KeySourceError } from './failures.ts';
import { MAX_KEY_SET_BYTES } from './key-set.ts';
import type { KeySource } from './source.ts';

/**
 * A file that holds a JWK Set, or whatever `toJwks` makes one of, such as PEM keys.
 * @param toJwks throws where it cannot; what it says is told
 */
export function createFileSource(path: string, toJwks: (text: string) => string = (text) => text): KeySource {
  return {
    async readDocuments() {
      const text = await readKeyFile(path);
      try {
        return { jwks: toJwks(text), notes: [] };
      } catch (error) {
        throw new KeySourceError('key-set', `key file ${path}: ${describeError(error)}`, error);
      }
    },
  };
}

/** @throws KeySourceError that names the file */
export async function readKeyFile(path: string): Promise<string> {
  const text = await readBoundedFile(path, MAX_KEY_SET_BYTES).catch((error: unknown) => {
    throw new KeySourceError('unreachable', `key file ${path}: ${describeError(error)}`, error);
  });
  if (text !== undefined) return text;
  throw new KeySourceError('too-large', `key file ${path} is larger than 1 MiB`);
}
