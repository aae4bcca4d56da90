import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readBoundedFile } from '../../base/bounded-file.ts';
import type { PublishTarget } from './target.ts';

export interface DirectoryDeps {
  /** node:fs's; a test watches what is there when it is called. */
  readonly rename?: (from: string, to: string) => Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/**
 * A folder, for whatever serves files over HTTPS. A document is written beside its place and renamed into it, on the disk
 * before it is seen: neither a reader nor a power cut finds half of one. A folder keeps no media types; the web server
 * has to be told them.
 * @param root created where it is missing
 */
export function createDirectoryTarget(root: string, deps: DirectoryDeps = {}): PublishTarget {
  return {
    describe: (name) => join(root, name),
    read: (name) => readDocument(join(root, name)),
    async write(name, text) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      // The leading dot hides it from most web servers, should the process end before its rename.
      const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
      try {
        await writeThrough(temporary, text);
        await (deps.rename ?? rename)(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
  };
}

async function readDocument(path: string): Promise<string | undefined> {
  try {
    const text = await readBoundedFile(path, MAX_BYTES);
    if (text !== undefined) return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  throw new Error(`${path} is larger than ${MAX_BYTES} bytes: it is none of ours`);
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    // The web server is another user, and the umask of whoever publishes may be strict.
    await file.chmod(0o644);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The rename itself is data of the folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
