import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readErrorCode } from './errors.ts';
import { describeFileError } from './text-file.ts';

/** A file that must not be lost, or seen half. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Writes a file beside its place, complete and on the disk before anybody sees it: the caller then links or renames it
 * into place, at once, so that neither a reader nor a power cut finds half of one.
 * @returns its path; the leading dot hides it from most who list the folder, should the process end now
 */
export async function writeBeside({ path, text, mode }: NewFile): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    // Whatever the umask says: a web server may be another user, and a key is for its owner alone.
    await file.chmod(mode);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}

/**
 * Writes files that must not be lost: each is complete on the disk before it gets its name, and one that exists already
 * stays, unless `force` says otherwise.
 * @throws Error with code EEXIST for the first that exists; none has been written then
 */
export async function writeNewFiles(files: readonly NewFile[], force: boolean): Promise<void> {
  const prepared: Prepared[] = [];
  try {
    for (const file of files) prepared.push({ temporary: await writeBeside(file), path: file.path });
    if (force) for (const { temporary, path } of prepared) await rename(temporary, path);
    else await linkAll(prepared);
  } finally {
    for (const { temporary } of prepared) await rm(temporary, { force: true });
  }
}

interface Prepared {
  readonly temporary: string;
  readonly path: string;
}

/** A link fails where the name is taken, at once and for two writers, too; a rename would replace. */
async function linkAll(prepared: readonly Prepared[]): Promise<void> {
  const placed: string[] = [];
  try {
    for (const { temporary, path } of prepared) {
      await link(temporary, path);
      placed.push(path);
    }
  } catch (error) {
    for (const path of placed) await rm(path);
    throw error;
  }
}

/** Why a file or folder could not be written, in words for people: in a container, who asks is rarely who was meant. */
export function describeWriteError(path: string, error: unknown): string {
  const code = readErrorCode(error);
  if (code !== 'EACCES' && code !== 'EPERM') return describeFileError(path, error);
  return `${path} may not be written to by this user, uid ${process.geteuid?.() ?? 'unknown'}`;
}
