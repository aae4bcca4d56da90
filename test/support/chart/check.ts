import { execFile } from 'node:child_process';
import type { Workspace } from '../workspace.ts';
import { only, type Rendered } from './render.ts';

export interface CheckAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the pod of a check of `helm test` as a process: its own script and variables.
 * @param env what is otherwise here than in a pod
 */
export function runHelmCheck(
  workspace: Workspace,
  objects: readonly Rendered[],
  { pod, env }: { readonly pod: string; readonly env: Readonly<Record<string, string>> },
): Promise<CheckAnswer> {
  const [container] = only(objects, 'Pod', pod)['spec'].containers;
  const script = workspace.write(
    'check.mjs',
    only(objects, 'ConfigMap', 'iam-bridge-check')['data']['check.mjs'],
  );
  const given = container.env.map(({ name, value }: { name: string; value: string }) => [name, value]);
  const words = [script, container.command.at(-1)];
  const variables = { ...Object.fromEntries(given), PATIENCE: '3000', ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env: variables, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
