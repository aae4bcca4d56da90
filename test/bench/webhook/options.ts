import { parseArgs } from 'node:util';
import type { Contestant } from './bed.ts';

export const SECTIONS = ['throughput', 'memory', 'start', 'patch'] as const;
export type Section = (typeof SECTIONS)[number];

export interface BenchOptions {
  readonly sections: ReadonlySet<Section>;
  /** Pairs of bursts. */
  readonly rounds: number;
  /** Of one burst. */
  readonly seconds: number;
  /** For the figure of memory after load. */
  readonly requests: number;
  /** Of the start, for each number of accounts. */
  readonly starts: number;
  /** A Go program that takes the same flags. */
  readonly peer: Extract<Contestant, { kind: 'peer' }> | undefined;
  /** Where to write the figures; undefined: in the system's temporary folder. */
  readonly out: string | undefined;
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
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: SECTIONS.join(',') },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const usual = values.quick ? QUICK : THOROUGH;
  const path = env['PEER_WEBHOOK'];
  return {
    ...usual,
    sections: new Set(values.only.split(',').map(toSection)),
    rounds: readCount('rounds', values.rounds, usual.rounds),
    seconds: readCount('seconds', values.seconds, usual.seconds),
    peer: path ? { kind: 'peer', path } : undefined,
    out: values.out,
  };
}

function toSection(name: string): Section {
  const section = SECTIONS.find((known) => known === name);
  if (section === undefined) throw new Error(`--only ${name}: give some of ${SECTIONS.join(',')}`);
  return section;
}

function readCount(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new Error(`--${name} ${text}: give 1 to 100`);
  return count;
}
