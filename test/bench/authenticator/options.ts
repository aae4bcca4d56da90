import { accessSync, constants } from 'node:fs';
import { type Amounts, type CommonOptions, readCommonOptions } from '../options.ts';

export const SECTIONS = ['throughput', 'stall'] as const;
type Section = (typeof SECTIONS)[number];

export const USAGE = `npm run bench -- authenticator [options]
  --rounds N      bursts of each contestant and kind of token, in turn (7)
  --seconds N     length of a burst (3)
  --only NAMES    of ${SECTIONS.join(',')} (all)
  --quick         a few short bursts: shows that it works, and no more
  --out FILE      where the figures go as JSON (a file in the temporary folder)
PEER_AUTHENTICATOR=/path/to/program: a program with the Go authenticator's flags beside ours`;

const THOROUGH = { rounds: 7, seconds: 3 };
const QUICK = { rounds: 1, seconds: 1 };

export type AuthenticatorBenchOptions = CommonOptions<Section, Amounts> & {
  /** undefined: none beside ours */
  readonly peer: string | undefined;
};

/** @throws Error that says what is wrong with the words, or with the program that the environment names */
export function readOptions(words: readonly string[], env: NodeJS.ProcessEnv): AuthenticatorBenchOptions {
  const peer = env['PEER_AUTHENTICATOR'];
  if (peer !== undefined) accessSync(peer, constants.X_OK);
  return { ...readCommonOptions(words, { sections: SECTIONS, thorough: THOROUGH, quick: QUICK }), peer };
}
