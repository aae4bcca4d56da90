import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';
import { createKubectl } from '../../src/local-cluster/control-plane/kubectl.ts';
import { awaitReady, findPrograms, startProgram } from '../../src/local-cluster/control-plane/programs.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function writeProgram(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

describe('a program of the control plane', () => {
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

  test('ends when it is told', async () => {
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
