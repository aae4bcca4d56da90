import { join } from 'node:path';
import { createMemoryCgroup, type MemoryCgroup } from '../../support/memory-cgroup.ts';
import type { Bed } from '../webhook/bed.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** How a server is started where its memory is limited: as the chart's containers are, by the same settings. */
export interface Container {
  readonly command: readonly string[];
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cgroup: MemoryCgroup;
}

/**
 * Goes into the cgroup first. Node's program is copied there, so that its pages are charged to this one, as they are to a
 * container on a node that runs no other.
 */
const ENTER = `procs=$1 node=$2; shift 2
echo $$ > "$procs" && cp "$node" "$1" && exec "$@"`;

/** @param mebibytes the limit @throws Error where no such cgroup can be made here */
export function planContainer({ workspace }: Bed, name: string, mebibytes: number): Container {
  const cgroup = createMemoryCgroup(`iam-bridge-bench-${process.pid}-${name}`, mebibytes * 1024 * 1024);
  if (cgroup === undefined)
    throw new Error(
      '--memory: no memory cgroup can be made here: it takes root, and cgroups that are writable',
    );
  const node = join(workspace.folder, `node-${name}`);
  const main = join(ROOT, 'dist', 'main.js');
  return {
    command: ['/bin/sh', '-c', ENTER, 'enter', cgroup.procs, process.execPath, node, main],
    // charts/iam-bridge/templates/_memory.tpl
    flags: [
      // The authenticator keeps to its own.
      ...(name === 'authenticator' ? [] : [`--body-budget=${Math.max(8, Math.floor(mebibytes / 8))}`]),
      `--connection-budget=${Math.max(16, Math.floor((mebibytes * 1_000) / 128))}`,
    ],
    // What is not the heap's is as in the image.
    env: {
      NODE_OPTIONS: `--max-semi-space-size=2 --max-old-space-size=${Math.floor(mebibytes / 2)}`,
      MALLOC_TRIM_THRESHOLD_: '131072',
      MALLOC_MMAP_THRESHOLD_: '32768',
      MALLOC_TOP_PAD_: '16384',
    },
    cgroup,
  };
}

/** @returns MiB @throws Error for anything but a number of them */
export function parseMebibytes(text: string): number {
  const number = /^([1-9]\d{0,4})Mi$/.exec(text)?.[1];
  if (number === undefined) throw new Error(`--memory ${text}: give a number of mebibytes, such as 128Mi`);
  return Number(number);
}
