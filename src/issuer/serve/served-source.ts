import { type PublicJwk, renderJwks } from '../documents.ts';
import { KeySourceError } from '../keys/failures.ts';
import { readKeyFile } from '../keys/file-source.ts';
import type { KeySource } from '../keys/key-source.ts';
import { readPemKeys } from '../keys/pem.ts';
import { readPublicSet } from '../keys/public-set.ts';

/** Told of every good set that a source brings. */
export type Deliver = (keys: readonly PublicJwk[], notes: readonly string[]) => void;

/** A source whose good sets are also served. A set that cannot be served is none at all. */
export function createServedSource(source: KeySource, deliver: Deliver): KeySource {
  return {
    async readDocuments(signal) {
      const documents = await source.readDocuments(signal);
      const reading = readPublicSet(documents.jwks);
      if (reading.kind === 'refused') throw new KeySourceError('key-set', reading.problem);
      deliver(reading.keys, [...documents.notes, ...reading.skipped]);
      return documents;
    },
  };
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
  throw new KeySourceError('key-set', `key file ${path}: ${reading.problems.join('; ')}`);
}
