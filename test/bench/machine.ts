import { cpus, loadavg, release, totalmem } from 'node:os';
import { readWrkVersion } from './tools.ts';

/** Where figures were taken, for whoever compares them. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly wrk: string;
  /** Of the last minute, when the bench began. */
  readonly loadBefore: number;
  readonly date: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: `Linux ${release()}`,
    node: process.version,
    wrk: readWrkVersion(),
    loadBefore: loadavg()[0] ?? 0,
    date: new Date().toISOString().slice(0, 10),
  };
}
