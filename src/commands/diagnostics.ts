import { ConfigurationError, describeError } from '../base/errors.ts';
import type { ExitCode, Terminal } from './surroundings.ts';

/** Says what somebody should know, a line each, behind the name of the command. */
export function note(command: string, texts: readonly string[], terminal: Terminal): void {
  for (const text of texts) terminal.err(`iam-bridge ${command}: ${text}\n`);
}

/** Says what is wrong, in the same way. @returns `code`, to be the command's own */
export function complain<Code extends ExitCode>(
  command: string,
  problems: readonly string[],
  terminal: Terminal,
  code: Code,
): Code {
  note(command, problems, terminal);
  return code;
}

/** Says why a command failed. @returns its exit code */
export function complainOf(command: string, error: unknown, terminal: Terminal): 2 | 3 {
  return complain(command, [describeError(error)], terminal, toFailureCode(error));
}

/** What the operator gave is wrong, or something outside failed. */
export function toFailureCode(error: unknown): 2 | 3 {
  return error instanceof ConfigurationError ? 2 : 3;
}
