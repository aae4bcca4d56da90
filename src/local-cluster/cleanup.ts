import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtTheEnd } from './lifeline.ts';

/** What has to be undone at the end, in reverse order. */
export interface Cleanup {
  /** Once the end has come, `undo` runs at once: something that was just being started must not stay behind. */
  add(undo: () => Promise<void> | void): void;
  /** Undoes everything, also where one of them fails. */
  run(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const pending: (() => Promise<void> | void)[] = [];
  const late: Promise<void>[] = [];
  let over = false;
  return {
    add(undo) {
      if (over) late.push(undoQuietly(undo));
      else pending.push(undo);
    },
    async run() {
      over = true;
      for (const undo of pending.splice(0).reverse()) await undoQuietly(undo);
      await Promise.all(late);
    },
  };
}

/** A failure here would hide the reason why the end has come. */
async function undoQuietly(undo: () => Promise<void> | void): Promise<void> {
  try {
    await undo();
  } catch {
    // The rest is undone all the same.
  }
}

/** A folder of its own, readable by this user only. */
export interface Folder {
  readonly path: string;
  /** @returns the file's path */
  write(name: string, text: string): Promise<string>;
}

/** Makes a folder that goes at the end, however this process ends: there are keys in it. */
export async function createTemporaryFolder(cleanup: Cleanup): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'iam-bridge-demo-'));
  cleanup.add(removeAtTheEnd(path).cut);
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
  };
}
