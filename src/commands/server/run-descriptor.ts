import { runFlagCommand } from '../flag-command.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { ServerDescriptor } from './descriptor.ts';

/** Runs a server by its command line. @param words behind its name */
export async function runServerDescriptor(
  descriptor: ServerDescriptor,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  return await runFlagCommand(descriptor, words, surroundings, async (settings) => {
    // Both at once: a start is counted in milliseconds.
    const [{ runServer }] = await Promise.all([import('./run.ts'), descriptor.load()]);
    return await runServer({ descriptor, settings }, surroundings.signals);
  });
}
