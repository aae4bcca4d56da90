import type { ServerEntry } from '../list.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { runServerDescriptor } from './run-descriptor.ts';

/** Runs a server by its command line, or what stands in its place. @param words behind its name */
export async function runServerEntry(
  entry: ServerEntry,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  const [first = '', ...rest] = words;
  const { subcommands = {} } = entry;
  const loadSubcommand = Object.hasOwn(subcommands, first) ? subcommands[first] : undefined;
  if (loadSubcommand !== undefined) return await (await loadSubcommand())(rest, surroundings);
  return await runServerDescriptor(await entry.load(), words, surroundings);
}
