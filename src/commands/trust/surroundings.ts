import type { Readable } from 'node:stream';
import { describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import type { Paint } from '../../terminal/paint.ts';
import type { Terminal } from '../surroundings.ts';

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

/** Four bytes a character at most, and one more so that the room's own limit has the word. */
const MAX_BYTES = 4 * 65_536 + 4;

type PolicyText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** The text of `--policy`; a byte order mark, which editors leave, is none of the document. */
export async function readPolicyText(path: string, { input }: TrustSurroundings): Promise<PolicyText> {
  try {
    const text = await readTextFile(path, MAX_BYTES, input);
    return { kind: 'text', text: text.replace(/^\ufeff/, '') };
  } catch (error) {
    return { kind: 'problem', problem: `--policy: ${describeError(error)}` };
  }
}
