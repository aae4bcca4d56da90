import { type Amounts, type CommonOptions, readCommonOptions } from '../options.ts';
import type { Contestant } from './bed.ts';

export const SECTIONS = ['throughput', 'memory', 'start', 'patch'] as const;
export type Section = (typeof SECTIONS)[number];

export interface BenchOptions extends CommonOptions<Section, Amounts> {
  /** For the figure of memory after load. */
  readonly requests: number;
  /** Of the start, for each number of accounts. */
  readonly starts: number;
  /** A Go program that takes the same flags. */
  readonly peer: Extract<Contestant, { kind: 'peer' }> | undefined;
}

export const USAGE = `npm run bench -- webhook [options]
  --rounds N      bursts of load on each program, in turn (7)
  --seconds N     length of a burst (6)
  --only NAMES    of ${SECTIONS.join(',')} (all)
  --quick         a few short bursts: shows that it works, and no more
  --out FILE      where the figures go as JSON (a file in the temporary folder)
PEER_WEBHOOK=/path/to/program measures a program with the Go webhook's flags beside ours.`;

const THOROUGH = { rounds: 7, seconds: 6, requests: 1_000_000, starts: 5 };
const QUICK = { rounds: 2, seconds: 2, requests: 50_000, starts: 1 };

/** @throws Error that says what is wrong with the words */
export function readOptions(words: readonly string[], env: NodeJS.ProcessEnv): BenchOptions {
  const path = env['PEER_WEBHOOK'];
  return {
    ...readCommonOptions(words, { sections: SECTIONS, thorough: THOROUGH, quick: QUICK }),
    peer: path ? { kind: 'peer', path } : undefined,
  };
}
