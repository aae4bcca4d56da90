import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';
import { createKubectl } from '../../src/local-cluster/control-plane/kubectl.ts';
import { awaitReady, findPrograms, startProgram } from '../../src/local-cluster/control-plane/programs.ts';
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

function writeProgram(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

describe('a program on a lifeline', { timeout: 20_000 }, () => {
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

describe('a component', () => {
  test('that ends before it is ready is an error with the end of its log', async () => {
    const component = startProgram('etcd', ['/bin/sh', '-c', 'echo no space left; exit 1'], createFolder());
    await expect(awaitReady(component, createSystemClock(), async () => false)).rejects.toThrow(
      'etcd: ended before it was ready; the end of its log:\nno space left',
    );
  });

  test('that cannot be started says so in the same way', async () => {
    const component = startProgram('etcd', ['/nowhere/etcd'], createFolder());
    await expect(awaitReady(component, createSystemClock(), async () => false)).rejects.toThrow(
      /etcd: ended before/,
    );
  });
});

describe('kubectl', () => {
  const toKubectl = (script: string, signal = new AbortController().signal) => {
    const folder = createFolder();
    const program = writeProgram(join(folder, 'kubectl'), script);
    return createKubectl({ program, kubeconfig: 'the-kubeconfig', folder, signal });
  };

  test('is run with our kubeconfig, and its warnings are read', async () => {
    const kubectl = toKubectl('echo "$@"; echo "Warning: mind the gap" >&2; echo "Flag --x is old" >&2');
    expect(await kubectl('get', 'pods')).toEqual({
      stdout: '--kubeconfig=the-kubeconfig get pods\n',
      warnings: ['mind the gap'],
    });
  });

  test('that fails is an error with what it says', async () => {
    const kubectl = toKubectl('echo "error: no such thing" >&2; exit 1');
    await expect(kubectl('get', 'pods')).rejects.toThrow('kubectl get failed: error: no such thing');
  });

  test('ends when the demo does', async () => {
    const ending = new AbortController();
    const running = toKubectl('exec sleep 600', ending.signal)('get', 'pods');
    ending.abort();
    await expect(running).rejects.toThrow('kubectl get failed');
  });
});

describe('the programs', () => {
  test('are found by their names in the folder', () => {
    const folder = createFolder();
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl']) {
      writeProgram(join(folder, name), 'exit');
    }
    expect(findPrograms(folder).kubectl).toBe(join(folder, 'kubectl'));
  });

  test('that are missing are named, with how to get them', () => {
    const folder = createFolder();
    writeProgram(join(folder, 'etcd'), 'exit');
    expect(() => findPrograms(folder)).toThrow(
      /has no executable kube-apiserver, kube-controller-manager, kubectl: run `npm run control-plane`/,
    );
    expect(() => findPrograms(undefined)).toThrow(/npm run control-plane/);
    expect(() => findPrograms('')).toThrow(/npm run control-plane/);
  });
});
