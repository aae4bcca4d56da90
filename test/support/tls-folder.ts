import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyPair } from './certificates.ts';

/** A folder with `tls.crt` and `tls.key`, laid out as the kubelet mounts a Secret. */
export interface TlsFolder {
  readonly certificatePath: string;
  readonly keyPath: string;
  /** Replaces both files in one step, as the kubelet does: the `..data` link is swapped. */
  swap(pair: KeyPair): void;
  /**
   * Replaces one file after the other, as a person does: between the two, `meanwhile` is awaited, and certificate and
   * key do not belong together. The files are no links any more after this, so it is the last thing to do here.
   */
  overwrite(pair: KeyPair, meanwhile: () => Promise<void>): Promise<void>;
}

/** Makes the folder at `path`, which must not exist. */
export function createTlsFolder(path: string, pair: KeyPair): TlsFolder {
  const certificatePath = join(path, 'tls.crt');
  const keyPath = join(path, 'tls.key');
  let generation = 0;

  function swap(next: KeyPair): void {
    const version = `..version-${++generation}`;
    mkdirSync(join(path, version), { mode: 0o700 });
    writeFileSync(join(path, version, 'tls.crt'), next.certificate, { mode: 0o600 });
    writeFileSync(join(path, version, 'tls.key'), next.key, { mode: 0o600 });
    replaceLink(version, join(path, '..data'));
  }

  mkdirSync(path, { mode: 0o700 });
  swap(pair);
  symlinkSync(join('..data', 'tls.crt'), certificatePath);
  symlinkSync(join('..data', 'tls.key'), keyPath);
  return {
    certificatePath,
    keyPath,
    swap,
    overwrite: async (next, meanwhile) => {
      replaceFile(certificatePath, next.certificate);
      await meanwhile();
      replaceFile(keyPath, next.key);
    },
  };
}

function replaceLink(target: string, path: string): void {
  symlinkSync(target, `${path}_tmp`);
  renameSync(`${path}_tmp`, path);
}

function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.tmp`, content, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
