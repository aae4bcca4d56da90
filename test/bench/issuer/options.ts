import { type Amounts, type CommonOptions, readCommonOptions } from '../options.ts';

export const SECTIONS = ['verify', 'assume', 'unknown-kids'] as const;
type Section = (typeof SECTIONS)[number];

export const USAGE = `npm run bench -- issuer [options]
  --rounds N      bursts of each contestant, in turn (25)
  --seconds N     length of a burst (0.5): short, so that both of a pair have the same luck
  --only NAMES    of ${SECTIONS.join(',')} (all)
  --quick         a few short bursts: shows that it works, and no more
  --out FILE      where the figures go as JSON (a file in the temporary folder)`;

const THOROUGH = { rounds: 25, seconds: 0.5 };
const QUICK = { rounds: 5, seconds: 0.1 };

export type IssuerBenchOptions = CommonOptions<Section, Amounts>;

/** @throws Error that says what is wrong with the words */
export function readOptions(words: readonly string[]): IssuerBenchOptions {
  return readCommonOptions(words, { sections: SECTIONS, thorough: THOROUGH, quick: QUICK });
}
