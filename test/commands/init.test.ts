import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runInitCommand } from '../../src/commands/init/command.ts';
import type { RunCommand } from '../../src/commands/surroundings.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

async function run(command: RunCommand, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { surroundings, written } = createSurroundings({ env: { HOME: '/nonexistent', ...env } });
  return { code: await command(words, surroundings), ...written };
}

describe('init', () => {
  const place = (): string[] => [
    '--feature-gates=ConfiguredInitDirectories=true',
    `--state-dir=${join(workspace.folder, 'state')}`,
    `--generate-kubeconfig=${join(workspace.folder, 'kubeconfig.yaml')}`,
  ];

  test('writes the pair and the webhook kubeconfig where the server looks, and says what comes next', async () => {
    const words = [...place(), '--hostname=fe80::1', '--address=::'];
    const { code, stdout, stderr } = await run(runInitCommand, words);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain(
      `--authentication-token-webhook-config-file=${workspace.folder}/kubeconfig.yaml`,
    );
    expect(readdirSync(join(workspace.folder, 'state')).toSorted()).toEqual([
      'ca-key.pem',
      'ca.pem',
      'cert.pem',
      'key.pem',
    ]);
    const config = parse(readFileSync(join(workspace.folder, 'kubeconfig.yaml'), 'utf8'));
    expect(config.clusters[0].cluster.server).toBe('https://[fe80::1]:21362/authenticate');
  });

  test('run again changes nothing but what is asked for', async () => {
    await run(runInitCommand, place());
    const read = () => readFileSync(join(workspace.folder, 'state', 'cert.pem'), 'utf8');
    const before = read();
    const { code, stderr } = await run(runInitCommand, [...place(), '--client-cert']);
    expect([code, read()]).toEqual([0, before]);
    expect(stderr).toContain(
      `--client-ca-file=${workspace.folder}/state/ca.pem --client-name=kube-apiserver`,
    );
    expect(stderr).not.toContain('was another one');
    const config = parse(readFileSync(join(workspace.folder, 'kubeconfig.yaml'), 'utf8'));
    expect(Object.keys(config.users[0].user)).toEqual(['client-certificate-data', 'client-key-data']);
  });

  test('tells all that is wrong, with exit code 2', async () => {
    const words = ['--hostname=a b', '--feature-gates=Init', '--config=/nowhere.yaml'];
    const { code, stderr } = await run(runInitCommand, words);
    expect(code).toBe(2);
    for (const problem of ['--hostname', '--feature-gates', '--config']) expect(stderr).toContain(problem);
  });

  test('in a folder that cannot be written says so', async () => {
    const words = ['--feature-gates=ConfiguredInitDirectories=true', '--state-dir=/dev/null/x'];
    const { code, stderr } = await run(runInitCommand, words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^iam-bridge init: .*--state-dir\n$/)]);
  });
});
