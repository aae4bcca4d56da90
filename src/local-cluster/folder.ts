import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the demo's own, readable by this user only. `removeAtTheEnd` removes it, however the demo ends. */
export interface Folder {
  readonly path: string;
  /** @returns the file's path */
  write(name: string, text: string): Promise<string>;
}

export async function createTemporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'iam-bridge-demo-'));
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
  };
}
