import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group that gets a share of a processor, as a container with a CPU limit does. */
export interface CpuGroup {
  /** A process that writes its number here is in it. */
  readonly members: string;
  /** Nobody may be in it any more. */
  remove(): void;
}

const ROOT = '/sys/fs/cgroup';
/** What the kubelet takes. µs */
const PERIOD = 100_000;

/**
 * @param millicores 100 is a tenth of a processor
 * @throws Error where this machine lets nobody make one: it takes root, and a file system of groups that can be written
 */
export function createCpuGroup(millicores: number): CpuGroup {
  const isSecondVersion = existsSync(join(ROOT, 'cgroup.controllers'));
  const folder = join(ROOT, isSecondVersion ? '' : 'cpu', `iam-bridge-bench-${process.pid}`);
  const quota = (millicores * PERIOD) / 1_000;
  if (isSecondVersion) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu');
  mkdirSync(folder);
  if (isSecondVersion) {
    writeFileSync(join(folder, 'cpu.max'), `${quota} ${PERIOD}`);
  } else {
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
  }
  return { members: join(folder, 'cgroup.procs'), remove: () => rmdirSync(folder) };
}
