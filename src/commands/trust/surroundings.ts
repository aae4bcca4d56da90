import type { Readable } from 'node:stream';
import type { Paint } from '../../terminal/paint.ts';
import type { Terminal } from '../outcome.ts';

/** What the trust commands have around them; tests bring their own. */
export interface TrustSurroundings {
  readonly terminal: Terminal;
  /** Standard input, for files that are `-`. */
  readonly input: Readable;
  readonly paint: Paint;
  /** ms since epoch */
  readonly now: () => number;
}

/** Says all that is wrong with how a command was called. */
export function refuseUsage(
  command: string,
  problems: readonly string[],
  { terminal }: TrustSurroundings,
): 2 {
  for (const problem of problems) terminal.err(`iam-bridge ${command}: ${problem}\n`);
  return 2;
}
