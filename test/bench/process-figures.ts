import { readFileSync } from 'node:fs';

/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, all its threads together. ms */
export function readCpu(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

export interface Memory {
  /** Resident now. MB (10^6 bytes) */
  readonly rss: number;
  /** Of these, what belongs to no file: what the limit of a container is felt by. MB */
  readonly anonymous: number;
  /** The most that was ever resident. MB */
  readonly peak: number;
}

export function readMemory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rss: readField(status, 'VmRSS'),
    anonymous: readField(status, 'RssAnon'),
    peak: readField(status, 'VmHWM'),
  };
}

function readField(status: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no ${name} in /proc: the process has ended`);
  return (Number(kibibytes) * 1024) / 1e6;
}
