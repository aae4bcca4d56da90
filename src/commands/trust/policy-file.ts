import { describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import type { Surroundings } from '../surroundings.ts';

/** Four bytes a character at most, and some more so that the limit of whoever reads policies has the word. */
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
