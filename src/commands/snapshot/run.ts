import { writeFile } from 'node:fs/promises';
import { ConfigurationError, describeError } from '../../base/errors.ts';
import { checkSource } from '../access/request.ts';
import { complain, complainOf, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { readFromCluster, readFromFile } from './contents.ts';
import { renderSnapshot } from './render.ts';

export interface SnapshotOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly snapshot?: string;
  readonly output: string;
}

/** `iam-bridge snapshot`: 0 done, 2 usage, 3 outside. */
export async function runSnapshot(options: SnapshotOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { env, input, terminal } = surroundings;
  const { output, snapshot, ...cluster } = options;
  const problems: string[] = [];
  checkSource({ ...cluster, ...(snapshot !== undefined && { snapshot }) }, problems);
  if (problems.length > 0) return complain('snapshot', problems, terminal, 2);
  try {
    const contents =
      snapshot === undefined ? await readFromCluster(cluster, env) : await readFromFile(snapshot, input);
    note('snapshot', contents.notes, terminal);
    const text = renderSnapshot(contents.documents, contents.facts);
    if (output === '-') terminal.out(text);
    else await write(output, text);
    return 0;
  } catch (error) {
    return complainOf('snapshot', error, terminal);
  }
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new ConfigurationError(`-o: ${path} cannot be written: ${describeError(cause)}`, { cause });
  });
}
