import { createReadStream } from 'node:fs';
import { readBounded } from '../../base/bounded-read.ts';
import { describeError } from '../../base/errors.ts';
import { decodeText } from '../../base/text-file.ts';
import { type PublicJwk, renderJwks } from '../documents.ts';
import { MAX_KEY_SET_BYTES } from './key-set.ts';
import { type KeySource, KeySourceError } from './key-source.ts';
import { readPemKeys } from './pem.ts';

/** A file that holds a JWK Set. */
export function createFileSource(path: string): KeySource {
  return { readDocuments: async () => ({ jwks: await readKeyFile(path), notes: [] }) };
}

/** The public keys of PEM files, as kube-apiserver publishes them of its `--service-account-key-file`. */
export function createPemSource(paths: readonly string[]): KeySource {
  return {
    async readDocuments() {
      const keys = await Promise.all(paths.map(readPemFile));
      // The same key in two files is one key.
      const byKid = new Map(keys.flat().map((key) => [key.kid, key]));
      return { jwks: renderJwks([...byKid.values()]), notes: [] };
    },
  };
}

async function readPemFile(path: string): Promise<readonly PublicJwk[]> {
  const reading = readPemKeys(await readKeyFile(path));
  if (reading.kind === 'keys') return reading.keys;
  const message = `key file ${path}: ${reading.problems.join('; ')}`;
  throw new KeySourceError('key-set', message, { trouble: 'local' });
}

/** @throws KeySourceError that names the file */
async function readKeyFile(path: string): Promise<string> {
  const bytes = await readBounded(createReadStream(path), MAX_KEY_SET_BYTES).catch((error: unknown) => {
    const message = `key file ${path}: ${describeError(error)}`;
    throw new KeySourceError('unreachable', message, { trouble: 'local', cause: error });
  });
  if (bytes !== undefined) return decodeText(bytes);
  throw new KeySourceError('too-large', `key file ${path} is larger than 1 MiB`, { trouble: 'local' });
}
