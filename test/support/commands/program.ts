import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isTokenMaker, refuseLeaks } from '../canary.ts';
import { until } from '../until.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/**
 * The repository as it is where nothing was built: `bin` is copied, because it looks for a bundle beside itself, and
 * the rest is linked.
 */
export interface Checkout {
  readonly root: string;
  /** How the program is started, by the name of the way. */
  readonly ways: Readonly<Record<'source' | 'iam-bridge' | 'webhook', readonly [string, ...string[]]>>;
  remove(): void;
}

export function createCheckout(): Checkout {
  const root = mkdtempSync(join(tmpdir(), 'iam-bridge-checkout-'));
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
  for (const name of ['src', 'node_modules', 'package.json']) symlinkSync(join(ROOT, name), join(root, name));
  // Types are stripped once for all starts: a third of the time each.
  const cached = ['env', `NODE_COMPILE_CACHE=${join(root, 'cache')}`] as const;
  return {
    root,
    ways: {
      source: [...cached, process.execPath, join(ROOT, 'src', 'main.ts')],
      'iam-bridge': [...cached, join(root, 'bin', 'iam-bridge')],
      webhook: [...cached, join(root, 'bin', 'webhook')],
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A program that was started by a test. */
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves at its end, when all of its output is there; rejects where that holds a secret of the tests. */
  readonly ended: Promise<Outcome>;
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** For `afterEach`: ends what a failed test has left running. */
export async function endPrograms(): Promise<void> {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}

/** Starts a program with no environment but a PATH and what is given. */
export function start(command: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const [file = '', ...words] = command;
  const path = [join(ROOT, 'node_modules', '.bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
  const child = spawn(file, words, {
    env: { PATH: path, HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      try {
        refuseLeaks(file, output, isTokenMaker(command));
        resolve({ code, signal, ...output });
      } catch (error) {
        reject(error);
      }
    });
  });
  return { child, pid: child.pid ?? 0, stdout: () => output.stdout, stderr: () => output.stderr, ended };
}

/** Runs a program to its end. */
export function run(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return start(command, env).ended;
}

/** One line of the log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Every line of what a server has written, each of which must be JSON. */
export function readLog(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

/** Waits for a line of the log with this message. */
export async function awaitLine(program: Program, message: string): Promise<LogLine> {
  const find = (): LogLine | undefined => readWhole(program.stderr()).find(({ msg }) => msg === message);
  await until(() => find() !== undefined || program.child.exitCode !== null, `the log says: ${message}`);
  const line = find();
  if (line === undefined) throw new Error(`it ended without saying "${message}":\n${program.stderr()}`);
  return line;
}

/** The lines that are complete. */
function readWhole(text: string): LogLine[] {
  return readLog(text.slice(0, text.lastIndexOf('\n') + 1));
}
