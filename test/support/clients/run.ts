import { spawn } from 'node:child_process';
import { refuseLeaks } from '../canary.ts';

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with this environment and no other. */
export async function run(
  [file, ...words]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Output> {
  const child = spawn(file, words, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      output[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // Some of the clients make tokens.
  refuseLeaks(file, output, true);
  return { code, ...output };
}
