import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder that goes away with the process that asked for it. */
export interface Workspace {
  readonly folder: string;
  /** Writes a file below the folder, readable by this user only, and returns its path. */
  write(name: string, content: string): string;
  /** Removes the folder; end the programs that write into it first. */
  remove(): Promise<void>;
}

/**
 * The folder is removed by a shell whose standard input we hold open: when this process ends, by whatever signal, the
 * pipe closes. Programs that were writing here get the same notice (see child.ts) and need a moment to be gone.
 */
const JANITOR = `
trap '' HUP INT TERM
while read -r _; do :; done
for attempt in 1 2 3 4 5 6 7 8; do
  rm -rf -- "$1" && exit 0
  sleep 0.25
done`;

/** Makes a folder in the system's temporary folder. */
export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-e2e-'));
  const janitor = spawn('/bin/sh', ['-c', JANITOR, 'janitor', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const gone = once(janitor, 'exit');
  janitor.unref();
  return {
    folder,
    write: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    },
    remove: async () => {
      janitor.ref();
      janitor.stdin.end();
      await gone;
    },
  };
}
