import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

export const SERVER_CORE = '0';
/** Of the load, and of whatever a server asks, which does not work at the same time as its load. */
export const LOAD_CORE = '1';

/** What a bench needs beside Node, by the Debian package that has it. */
const PACKAGES = { wrk: 'wrk', taskset: 'util-linux' } as const;

/** Sentences that say what is missing here; empty where all is there. */
export function findMissingTools(): string[] {
  if (process.platform !== 'linux') return ['bench reads /proc and pins processes to cores: it needs Linux'];
  const missing = Object.entries(PACKAGES)
    .filter(([tool]) => !isOnPath(tool))
    .map(([tool, name]) => `bench needs ${tool}: install the Debian package ${name}`);
  return cpus().length < 2
    ? [...missing, 'bench needs two cores: one for the server, one for the load']
    : missing;
}

function isOnPath(tool: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `wrk 4.1.0`, or just the name where it does not say. */
export function readWrkVersion(): string {
  try {
    execFileSync('wrk', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    // wrk prints its version together with its usage, and exits 1.
    if (error instanceof Error && 'stdout' in error)
      return /^wrk \S+/.exec(String(error.stdout))?.[0] ?? 'wrk';
  }
  return 'wrk';
}
