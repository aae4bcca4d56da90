import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What processes take together, limited as a container's memory is. Whoever writes its number into `procs` is in it. */
export interface MemoryCgroup {
  readonly procs: string;
  read(): MemoryCharges;
  /** End its processes first. */
  remove(): void;
}

export interface MemoryCharges {
  /** The most that was ever charged, pages of files among it, which go where room is needed. MB (10^6 bytes) */
  readonly peak: number;
  /** What the kernel held for TCP at most, where that is not among the former: in version 1. MB */
  readonly tcp: number;
  /** Charged now, and belongs to no file. MB */
  readonly anonymous: number;
  /** How often the kernel ended a process for it. */
  readonly kills: number;
}

/** Names of files in a cgroup, by version. */
interface Version {
  readonly limit: string;
  readonly peak: string;
  readonly anonymous: RegExp;
  readonly events: string;
  /** Limits of their own: of memory with swap, and of TCP, which is only counted once it has one. */
  readonly others: Readonly<Record<string, 'limit' | 'none'>>;
  readonly tcp?: string;
}

const FIRST: Version = {
  limit: 'memory.limit_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  anonymous: /^total_rss (\d+)$/m,
  events: 'memory.oom_control',
  others: { 'memory.memsw.limit_in_bytes': 'limit', 'memory.kmem.tcp.limit_in_bytes': 'limit' },
  tcp: 'memory.kmem.tcp.max_usage_in_bytes',
};
const SECOND: Version = {
  limit: 'memory.max',
  peak: 'memory.peak',
  anonymous: /^anon (\d+)$/m,
  events: 'memory.events',
  others: { 'memory.swap.max': 'none' },
};

/** Below our own, by either version of cgroups. @param bytes the limit @returns undefined where none can be had */
export function createMemoryCgroup(name: string, bytes: number): MemoryCgroup | undefined {
  const [parent, version] = findOwn();
  const folder = join(parent, name);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  const at = (file: string): string => join(folder, file);
  if (!existsSync(at(version.limit))) {
    rmdirSync(folder);
    return undefined;
  }
  writeFileSync(at(version.limit), String(bytes));
  for (const [file, value] of Object.entries(version.others)) {
    if (existsSync(at(file))) writeFileSync(at(file), value === 'limit' ? String(bytes) : '0');
  }
  const readFile = (file: string): string => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : '');
  return {
    procs: at('cgroup.procs'),
    read: () => ({
      peak: Number(readFile(version.peak)) / 1e6,
      tcp: version.tcp === undefined ? 0 : Number(readFile(version.tcp)) / 1e6,
      anonymous: Number(version.anonymous.exec(readFile('memory.stat'))?.[1] ?? 0) / 1e6,
      kills: Number(/^oom_kill (\d+)$/m.exec(readFile(version.events))?.[1] ?? 0),
    }),
    remove: () => rmdirSync(folder),
  };
}

function findOwn(): [folder: string, version: Version] {
  const own = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const path = own.map((line) => /^\d+:memory:(.*)$/.exec(line)?.[1]).find((each) => each !== undefined);
  if (path !== undefined) return [join('/sys/fs/cgroup/memory', path), FIRST];
  return [join('/sys/fs/cgroup', own.find((line) => line.startsWith('0::'))?.slice(3) ?? ''), SECOND];
}
