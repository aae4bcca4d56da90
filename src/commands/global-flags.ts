/** Flags before a command that stand alone; all others of the AWS CLI and of aws-iam-authenticator take a value. */
const ALONE = new Set(['-h', '--help', '--version', '--debug', '--cli-auto-prompt']);

/**
 * Where the first word stands that is neither a flag nor a flag's value, which may be the name of a command: a cluster, or
 * a profile, may be called `server`. The length of `words` or more where there is none.
 */
export function findFirstWord(words: readonly string[]): number {
  let index = 0;
  for (let word = words[0]; word?.startsWith('-'); word = words[index]) index += takesNext(word) ? 2 : 1;
  return index;
}

function takesNext(word: string): boolean {
  // `-idemo` has its value with it.
  const isShort = !word.startsWith('--');
  return !word.includes('=') && !ALONE.has(word) && (isShort ? word.length === 2 : !word.startsWith('--no-'));
}
