import { readCommandLine } from '../../../src/commands/flag-command.ts';
import { ISSUER as SERVER } from '../../../src/commands/issuer/descriptor.ts';
import { DRIFT_COMMAND } from '../../../src/commands/issuer/drift/command.ts';
import { readLocalAwsConfig } from '../../../src/local-aws/config/read.ts';

/** The places where a text is read, each with whether it takes it. */
export type Readers = Readonly<Record<string, (text: string) => boolean | Promise<boolean>>>;

/** The names of those that take it, in the order of the table, with a blank between each. */
export async function findTakers(readers: Readers, text: string): Promise<string> {
  const answers = await Promise.all(
    Object.entries(readers).map(async ([name, read]) => ((await read(text)) ? name : undefined)),
  );
  return answers.filter((name) => name !== undefined).join(' ');
}

/** Whether `iam-bridge issuer`, or `issuer drift`, takes this command line. */
export function takesWords(command: 'issuer' | 'drift', ...words: readonly string[]): boolean {
  const reading =
    command === 'issuer' ? readCommandLine(SERVER, words, {}) : readCommandLine(DRIFT_COMMAND, words, {});
  return reading.kind === 'run';
}

/** Whether the local AWS takes this configuration. */
export function takesLocalConfig(value: object): boolean {
  const files = { resolve: (path: string) => path, read: () => '' };
  return readLocalAwsConfig(JSON.stringify(value), files).kind === 'config';
}
