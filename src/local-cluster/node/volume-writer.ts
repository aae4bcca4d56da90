import { chmod, mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodePod, NodeVolume } from './pod-spec.ts';

export interface VolumeFile {
  /** Below the volume. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Writes the files of a volume as kubelet does, so that readers see all of the old or all of the new ones: they lie in a
 * folder named after the time, `..data` is a link to it that is replaced by a rename, and each file is a link through
 * `..data`.
 * @param folder the volume, which is made where it is missing
 * @param now ms since epoch
 */
export async function writeVolume(folder: string, files: readonly VolumeFile[], now: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const data = join(folder, '..data');
  const old = await readlink(data).catch(() => undefined);
  const fresh = await mkdtemp(join(folder, toFolderName(now)));
  await chmod(fresh, 0o755);
  for (const { path, text, mode } of files) {
    const file = join(fresh, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
    // The mode of a new file is subject to the umask, this is not.
    await chmod(file, mode);
  }
  const next = join(folder, '..data_tmp');
  await rm(next, { force: true });
  await symlink(fresh.slice(folder.length + 1), next);
  await rename(next, data);
  for (const name of new Set(files.map(({ path }) => path.split('/')[0] ?? ''))) {
    await symlink(join('..data', name), join(folder, name)).catch(ignoreExisting);
  }
  if (old !== undefined) await rm(join(folder, old), { recursive: true, force: true });
}

/** `..2026_01_31_23_59_59.`, to which some characters are added. */
function toFolderName(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().slice(0, 19).split('T');
  return `..${date.replaceAll('-', '_')}_${time.replaceAll(':', '_')}.`;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/**
 * The mode of a token file (kubelet since 1.19): the volume's own where neither a group nor one user of all containers
 * is known; 0600 for that user; 0640 where there is a group. Kubelet also changes the owner, which the test node does
 * not: the processes that it starts run as itself.
 */
export function decideTokenMode(
  { fsGroup, runAsUser }: Pick<NodePod, 'fsGroup' | 'runAsUser'>,
  { defaultMode }: Pick<NodeVolume, 'defaultMode'>,
): number {
  if (fsGroup !== undefined) return 0o640;
  return runAsUser === undefined ? defaultMode : 0o600;
}
