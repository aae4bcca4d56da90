import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Child } from '../support/child.ts';
import { readCpu } from './process-figures.ts';
import { LOAD_CORE } from './tools.ts';

const CONNECTIONS = 25;

/** What to send where. */
export interface Load {
  /** The server's process. */
  readonly child: Child;
  readonly url: string;
  /** A file of request bodies, one a line, sent in turn. */
  readonly bodiesPath: string;
  readonly contentType: string;
  /** Status codes from 400 on are answers like others. */
  readonly mayRefuse?: boolean;
}

/** One burst of load on one server. */
export interface LoadFigures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** ms of processor time in the server for each request */
  readonly cpu: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
}

/** What load.lua prints; times in µs. */
interface Summary {
  readonly requests: number;
  readonly us: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** Status codes from 400 on. */
  readonly refused: number;
}

/**
 * Loads a server for `seconds` over 25 kept connections.
 * @throws Error where any request failed
 */
export async function putUnderLoad(load: Load, seconds: number): Promise<LoadFigures> {
  const { child } = load;
  const before = readCpu(child.pid);
  const summary = await runWrk(load, seconds);
  const cpu = readCpu(child.pid) - before;
  const { requests, us, p50, p99 } = summary;
  const failed = summary.failed + (load.mayRefuse ? 0 : summary.refused);
  if (failed > 0)
    throw new Error(`${failed} of ${requests} requests to ${child.name} failed\n${child.readLogTail()}`);
  return {
    requests,
    requestsPerSecond: (requests * 1e6) / us,
    cpu: cpu / requests,
    p50: p50 / 1000,
    p99: p99 / 1000,
  };
}

async function runWrk({ url, bodiesPath, contentType }: Load, seconds: number): Promise<Summary> {
  const script = join(import.meta.dirname, 'load.lua');
  const wrk = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
  const { stdout } = await promisify(execFile)(
    'taskset',
    ['-c', LOAD_CORE, ...wrk, url, bodiesPath, contentType],
    { timeout: (seconds + 30) * 1000, killSignal: 'SIGKILL' },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`wrk printed no figures:\n${stdout}`);
  // Printed by load.lua just so.
  return JSON.parse(line) as Summary;
}
