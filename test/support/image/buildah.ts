import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../workspace.ts';
import { NPM } from './base-tree.ts';

export const CHROOT = '/usr/sbin/chroot';

/** Why no image can be built here, and what to do; undefined where one can. */
export const MISSING = findMissing();

function findMissing(): string | undefined {
  const why = (reason: string): string => `no image was built and none was tried: ${reason}`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return why('that takes root on Linux');
  if (spawnSync('buildah', ['--version']).status !== 0)
    return why('install buildah (apt-get install buildah)');
  if (!existsSync(CHROOT)) return why(`${CHROOT} is not there`);
  if (!existsSync(NPM)) return why(`npm is not at ${NPM} with all that it needs`);
  return undefined;
}

/** A store of images that lies in a workspace, and goes with it. */
export interface Buildah {
  /** @throws Error with what buildah said @returns standard output */
  run(...words: readonly string[]): string;
}

/** No overlay file system and no user namespace: whoever is root can do this in a container, too. */
export function openBuildah(workspace: Workspace): Buildah {
  const folder = join(workspace.folder, 'buildah');
  mkdirSync(folder);
  const store = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  return {
    run(...words) {
      const { status, stdout, stderr } = spawnSync('buildah', [...store, ...words], {
        env: { PATH: process.env['PATH'], HOME: folder, BUILDAH_ISOLATION: 'chroot', TMPDIR: folder },
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        timeout: 900_000,
      });
      if (status !== 0)
        throw new Error(`buildah ${words.join(' ')}: ${stdout.slice(-2_000)}${stderr.slice(-4_000)}`);
      return stdout.trim();
    },
  };
}
