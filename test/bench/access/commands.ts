import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whole processes from the snapshot: times in ms, memory in MB. */
export interface CommandFigures {
  /** `node -e 0`. */
  readonly bare: number;
  readonly can: number;
  readonly whoCanCommand: number;
  readonly whoCanPeak: number;
  readonly findingsCommand: number;
  readonly findingsPeak: number;
}

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'bin', 'iam-bridge');

/** Asks as one does in a shell, and waits for the end of the process. */
export function runCommands(snapshot: string, folder: string): CommandFigures {
  const source = ['--snapshot', snapshot];
  const can = ['can', 'get', 'pods', '-n', 'team-1', '--as', 'user-1', '--as-group', 'group-1', ...source];
  const whoCan = ['who-can', 'get', 'secrets', ...source];
  const findings = ['findings', ...source];
  return {
    bare: time(process.execPath, ['-e', '0']),
    can: time(PROGRAM, can),
    whoCanCommand: time(PROGRAM, whoCan),
    whoCanPeak: readPeak(whoCan, folder),
    findingsCommand: time(PROGRAM, findings),
    findingsPeak: readPeak(findings, folder),
  };
}

function time(file: string, words: readonly string[]): number {
  const startedAt = performance.now();
  run(file, words, {});
  return performance.now() - startedAt;
}

/** In a run of its own, since what tells the memory takes time. */
function readPeak(words: readonly string[], folder: string): number {
  const [teller, told] = [join(folder, 'tell.mjs'), join(folder, 'told')];
  writeFileSync(
    teller,
    `import { writeFileSync } from 'node:fs';
     process.on('exit', () => writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)));`,
  );
  run(PROGRAM, words, { IAM_BRIDGE_NODE_OPTIONS: `--import=${teller}` });
  return Number(readFileSync(told, 'utf8')) / 1_000;
}

function run(file: string, words: readonly string[], env: Readonly<Record<string, string>>): void {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 2 ** 30 } as const;
  const { status, stderr } = spawnSync(file, words, options);
  // 1 is an answer, too: no.
  if (status !== 0 && status !== 1) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
}
