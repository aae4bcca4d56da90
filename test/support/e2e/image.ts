import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from '../../../tools/build.ts';
import { ENTRIES, HOME as IMAGE_HOME, makeImageRoot } from '../../../tools/image-root.ts';
import { QUICK_FILE } from '../../../tools/quick-part.ts';
import type { Workspace } from '../workspace.ts';
import type { ContainerOptions } from './container.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const HOME = '/opt/iam-bridge';

/** What our image has, without an image. */
export interface LocalImage extends Pick<ContainerOptions, 'mounts' | 'links'> {
  /** What runs where a container has no command. */
  readonly entrypoint: readonly string[];
  /** Of the image. */
  readonly user: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the Dockerfile puts on its base, at the paths that it has there, and Node where the base has it. */
export async function buildImageTree(workspace: Workspace): Promise<LocalImage> {
  const folder = join(workspace.folder, 'image');
  await makeImageRoot(folder);
  return {
    entrypoint: ['/iam-bridge'],
    user: 65_532,
    mounts: [
      { path: `/${IMAGE_HOME}`, source: join(folder, IMAGE_HOME), readOnly: true },
      { path: '/nodejs/bin/node', source: process.execPath, readOnly: true },
    ],
    links: Object.fromEntries(ENTRIES.map((name) => [`/${name}`, join(IMAGE_HOME, QUICK_FILE)])),
    env: { MALLOC_TRIM_THRESHOLD_: '131072' },
  };
}

/** Builds the bundle, and lays it out with the three entries of the image. */
export async function buildLocalImage(workspace: Workspace): Promise<LocalImage> {
  const dist = join(workspace.folder, 'image', 'dist');
  mkdirSync(dirname(dist), { recursive: true });
  await bundle(dist);
  return {
    entrypoint: ['/iam-bridge'],
    user: 65_532,
    mounts: [
      { path: `${HOME}/bin`, source: join(ROOT, 'bin'), readOnly: true },
      { path: `${HOME}/dist`, source: dist, readOnly: true },
      { path: `${HOME}/node_modules/.bin/node`, source: process.execPath, readOnly: true },
    ],
    links: Object.fromEntries(
      ['iam-bridge', 'webhook', 'aws-iam-authenticator'].map((name) => [`/${name}`, `${HOME}/bin/${name}`]),
    ),
  };
}
