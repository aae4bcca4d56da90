import { complain, complainOf, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { AccessFacts } from './facts.ts';
import { loadFacts } from './load.ts';
import type { SourceOptions } from './options.ts';
import type { Wanted } from './wanted.ts';

/**
 * Runs a command about rights: nothing is asked while something is wrong with its options, and whatever it opened is
 * closed.
 */
export async function withFacts(
  { command, problems, options, wanted }: AccessRun,
  surroundings: Surroundings,
  run: (facts: AccessFacts) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { terminal } = surroundings;
  if (problems.length > 0) return complain(command, problems, terminal, 2);
  let facts: AccessFacts | undefined;
  try {
    facts = await loadFacts(options, wanted, surroundings);
    note(command, facts.notes, terminal);
    return await run(facts);
  } catch (error) {
    return complainOf(command, error, terminal);
  } finally {
    facts?.api?.close();
  }
}

export interface AccessRun {
  readonly command: string;
  /** What is wrong with the options, a sentence each. */
  readonly problems: readonly string[];
  readonly options: SourceOptions;
  readonly wanted: Wanted;
}
