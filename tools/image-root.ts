/**
 * What the image has beside its base: the bundle, and the three names that it is started by.
 * `node tools/image-root.ts FOLDER`, which is emptied first. Needs no shell, so that any base with a Node will do.
 */
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build.ts';
import { QUICK_FILE } from './quick-part.ts';

/** Where the program lies in the image. */
export const HOME = 'opt/iam-bridge';
/** Links to the program, which goes by the name that it was started by (src/commands/program-name.ts). */
export const ENTRIES = ['iam-bridge', 'webhook', 'aws-iam-authenticator'] as const;

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param folder what `/` of the image gets */
export async function makeImageRoot(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const home = join(folder, HOME);
  await mkdir(home, { recursive: true });
  await bundle(home);
  await copyFile(join(root, 'LICENSE'), join(home, 'LICENSE'));
  for (const name of ENTRIES) await symlink(join(HOME, QUICK_FILE), join(folder, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await makeImageRoot(resolve(process.argv[2] ?? 'image'));
