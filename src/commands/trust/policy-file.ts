import { describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';

/** Says all that is wrong with how a command was called. */
export function refuseUsage(
  command: string,
  problems: readonly string[],
  { terminal }: { readonly terminal: Terminal },
): 2 {
  for (const problem of problems) terminal.err(`iam-bridge ${command}: ${problem}\n`);
  return 2;
}

/** Four bytes a character at most, and one more so that the room's own limit has the word. */
const MAX_BYTES = 4 * 65_536 + 4;

type PolicyText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** The text of `--policy`. */
export async function readPolicyText(
  path: string,
  { input }: Pick<Surroundings, 'input'>,
): Promise<PolicyText> {
  try {
    return { kind: 'text', text: await readTextFile(path, MAX_BYTES, input) };
  } catch (error) {
    return { kind: 'problem', problem: `--policy: ${describeError(error)}` };
  }
}
