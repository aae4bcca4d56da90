import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBoundedFile } from '../../base/bounded-read.ts';
import { writeBeside } from '../../base/durable-file.ts';
import { ExplainedError, readErrorCode } from '../../base/errors.ts';
import type { PublishTarget } from './target.ts';

export interface DirectoryDeps {
  /** node:fs's; a test watches what is there when it is called. */
  readonly rename?: (from: string, to: string) => Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/**
 * A folder, for whatever serves files over HTTPS. A document is written beside its place and renamed into it. A folder keeps no media types; the web server
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
      // For everybody to read: the web server is another user.
      const temporary = await writeBeside({ path, text, mode: 0o644 });
      try {
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
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new ExplainedError(`${path} is larger than ${MAX_BYTES} bytes: it is none of ours`);
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
