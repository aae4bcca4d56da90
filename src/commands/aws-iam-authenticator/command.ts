import type { RunCommand } from '../surroundings.ts';

/** The sub-commands of the Go program that are here, by its names. */
const SUBCOMMANDS: ReadonlyMap<string, () => Promise<RunCommand>> = new Map([
  ['token', async () => (await import('../token/command.ts')).runTokenCommand],
]);

/** The Go program's flags that may stand before the sub-command and take the next word. */
const GLOBAL_FLAGS: ReadonlySet<string> = new Set([
  ...['-c', '--config', '-i', '--cluster-id'],
  ...['-l', '--log-format', '-v', '--log-verbosity', '--feature-gates'],
]);

/**
 * `aws-iam-authenticator …`: the sub-commands under the Go program's name, with its exit codes: 0, and 1 for all that went
 * wrong.
 */
export const runAwsIamAuthenticator: RunCommand = async (words, surroundings) => {
  const index = findSubcommand(words);
  const load = SUBCOMMANDS.get(words[index] ?? '');
  if (load !== undefined) {
    const code = await (await load())(words.toSpliced(index, 1), surroundings);
    return code === 0 ? 0 : 1;
  }
  const names = [...SUBCOMMANDS.keys()].join(', ');
  const isHelp =
    index === words.length
      ? words.some((word) => word === '-h' || word === '--help')
      : words[index] === 'help';
  const usage = `Usage: aws-iam-authenticator COMMAND [flags]\n\nCommands: ${names}. Each has --help.\n`;
  if (isHelp) {
    surroundings.terminal.out(usage);
    return 0;
  }
  surroundings.terminal.err(`aws-iam-authenticator: name one of its commands that are here: ${names}\n`);
  return 1;
};

/** @returns the length of `words` where there is none */
function findSubcommand(words: readonly string[]): number {
  let index = 0;
  while (words[index]?.startsWith('-')) index += GLOBAL_FLAGS.has(words[index] ?? '') ? 2 : 1;
  return Math.min(index, words.length);
}
