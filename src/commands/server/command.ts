import { runFlagCommand } from '../flag-command.ts';
import type { ServerEntry } from '../list.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';

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
  const descriptor = await entry.load();
  return await runFlagCommand(descriptor, words, surroundings, async (settings) => {
    // Both at once: a start is counted in milliseconds.
    const [{ runServer }] = await Promise.all([import('./run.ts'), descriptor.load()]);
    return await runServer({ descriptor, settings }, surroundings.signals);
  });
}
