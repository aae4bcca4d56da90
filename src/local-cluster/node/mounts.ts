import { join } from 'node:path';
import type { NodeContainer } from './pod-spec.ts';

/** Where a folder of the container lies on this machine. */
export interface PlacedMount {
  /** In the container, without a slash at its end. */
  readonly path: string;
  /** Here, absolute. */
  readonly folder: string;
}

/** @param volumes the folder that has one for each volume of the pod */
export function placeMounts({ mounts }: Pick<NodeContainer, 'mounts'>, volumes: string): PlacedMount[] {
  return (
    mounts
      .map(({ volume, path }) => ({ path: path.replace(/\/+$/, ''), folder: join(volumes, volume) }))
      // Of two that lie within each other, the inner one is meant.
      .sort((a, b) => b.path.length - a.path.length)
  );
}

/**
 * Has a text that points below a mount point to where that lies here: the whole text, or what follows the first `=` of
 * it, as in `--token=/var/run/token`.
 */
export function rewritePath(text: string, mounts: readonly PlacedMount[]): string {
  for (const start of [0, text.indexOf('=') + 1]) {
    const path = text.slice(start);
    const mount = mounts.find((each) => path === each.path || path.startsWith(`${each.path}/`));
    if (mount !== undefined) return text.slice(0, start) + mount.folder + path.slice(mount.path.length);
  }
  return text;
}
