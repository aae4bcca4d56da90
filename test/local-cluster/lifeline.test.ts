import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startOnLifeline } from '../../src/local-cluster/lifeline.ts';
import { until } from '../support/until.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that was killed keeps its number until somebody asks for its end, which in a container may take long. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The number that a program wrote into its folder; 0 as long as it has not. */
function readPid(folder: string): number {
  const path = join(folder, 'pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
}

describe('a program on a lifeline', () => {
  test('ends when the line is cut, with everything that it has started', async () => {
    const folder = createFolder();
    const output = openSync(join(folder, 'log'), 'a');
    const script = "trap '' TERM INT; (echo $$ > parent; exec sh -c 'echo $$ > pid; exec sleep 600') & wait";
    const { cut } = startOnLifeline({ command: ['/bin/sh', '-c', script], folder, env: {}, output });
    await until(() => readPid(folder) > 0, 'the program runs');
    await cut();
    await until(() => !isAlive(readPid(folder)), 'its child has ended');
  });

  test('does not outlive whoever started it, even by SIGKILL, and its folder goes, too', async () => {
    const folder = createFolder();
    const holder = spawn(
      process.execPath,
      [join(import.meta.dirname, '..', 'support', 'local-cluster', 'lifeline-holder.ts'), folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(holder.stdout, 'data');
    await until(() => readPid(folder) > 0, 'the program runs');
    const pid = readPid(folder);
    holder.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the program has ended');
    await until(() => !existsSync(folder), 'its folder is removed');
  });

  test('sees the environment that it is given, and nothing else', async () => {
    let text = '';
    const stdout = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    const env = { HOME: '/home', LINES: 'a\nb' };
    const output = { stdout, stderr: () => {} };
    const { ended } = startOnLifeline({
      command: ['/usr/bin/env', '-0'],
      folder: createFolder(),
      env,
      output,
    });
    expect(await ended).toEqual({ code: 0, signal: null });
    const entries = text.split('\0').filter((entry) => entry !== '' && !entry.startsWith('_='));
    expect(entries.sort()).toEqual(['HOME=/home', 'LINES=a\nb']);
  });

  test('is told how it ended', async () => {
    const start = (script: string) =>
      startOnLifeline({
        command: ['/bin/sh', '-c', script],
        folder: createFolder(),
        env: { PATH: '/nowhere' },
        output: { stdout: () => {}, stderr: () => {} },
      });
    expect(await start('exit 3').ended).toEqual({ code: 3, signal: null });
    expect(await start('kill -TERM $$').ended).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
