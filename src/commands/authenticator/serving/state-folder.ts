import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWriteError, writeBeside, writeNewFiles } from '../../../base/durable-file.ts';
import { ConfigurationError, readErrorCode } from '../../../base/errors.ts';
import { readTextFileIfPresent } from '../../../base/text-file.ts';
import type { KeyPair } from '../../../http/issue-certificate.ts';

/** Pairs in the state folder: the serving one under the Go program's names, and those that it has not. */
export const PAIR_FILES = {
  serving: { cert: 'cert.pem', key: 'key.pem' },
  authority: { cert: 'ca.pem', key: 'ca-key.pem' },
  client: { cert: 'client.pem', key: 'client-key.pem' },
} as const;

export type PairName = keyof typeof PAIR_FILES;

/** What is there of a pair. */
export type StoredPair = { readonly [Part in keyof KeyPair]: string | undefined };

/** The folder with what the server is known by. All of its files are for their owner alone. */
export interface StateFolder {
  read(name: PairName): Promise<StoredPair>;
  /**
   * Writes a pair that is not there; where another process was faster, nothing.
   * @param replace a half that is left of one
   */
  create(name: PairName, pair: KeyPair, replace: boolean): Promise<void>;
  /** Gives a pair another certificate for its key, which readers see whole or not at all. */
  renew(name: PairName, cert: string): Promise<void>;
  path(name: PairName, part: keyof KeyPair): string;
}

const MODE = 0o600;
const MAX_BYTES = 1024 * 1024;

/** @throws ConfigurationError in one sentence, also of what it returns */
export async function openStateFolder(folder: string): Promise<StateFolder> {
  await explain(folder, mkdir(folder, { recursive: true, mode: 0o700 }));
  const path: StateFolder['path'] = (name, part) => join(folder, PAIR_FILES[name][part]);
  return {
    path,
    async read(name) {
      const [cert, key] = await Promise.all([
        readTextFileIfPresent(path(name, 'cert'), MAX_BYTES),
        readTextFileIfPresent(path(name, 'key'), MAX_BYTES),
      ]);
      return { cert, key };
    },
    async create(name, { cert, key }, replace) {
      // The key first: a certificate never stands there without one.
      const files = [
        { path: path(name, 'key'), text: key, mode: MODE },
        { path: path(name, 'cert'), text: cert, mode: MODE },
      ];
      await explain(folder, writeNewFiles(files, replace).catch(ignoreExisting));
    },
    async renew(name, cert) {
      const file = { path: path(name, 'cert'), text: cert, mode: MODE };
      await explain(
        folder,
        writeBeside(file).then((temporary) => rename(temporary, file.path)),
      );
    },
  };
}

function ignoreExisting(error: unknown): void {
  if (readErrorCode(error) !== 'EEXIST') throw error;
}

async function explain<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const remedy = 'give the folder to this user, or name another one with --state-dir';
    throw new ConfigurationError(`${describeWriteError(folder, cause)}; ${remedy}`, { cause });
  }
}
