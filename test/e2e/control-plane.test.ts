import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from '../support/workspace.ts';
import { isOlder, listHelms, PROGRAMS, readVersions, toCacheFolder } from './control-plane/programs.ts';

const SCRIPT = join(import.meta.dirname, 'control-plane', 'build.ts');

describe('npm run control-plane', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = createWorkspace();
  });
  afterEach(() => workspace.remove());

  function run(env: Record<string, string>): { code: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { env, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  }

  function addProgram(name: string, text = '#!/bin/sh\n'): void {
    writeFileSync(join(workspace.folder, name), text);
    chmodSync(join(workspace.folder, name), 0o755);
  }

  it('takes the folder that KUBEBUILDER_ASSETS names as it is', () => {
    for (const { name } of PROGRAMS) addProgram(name);
    const { code, stdout } = run({ KUBEBUILDER_ASSETS: workspace.folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `KUBEBUILDER_ASSETS=${workspace.folder}\n` });
  });

  it('refuses such a folder where a program is missing, and names it', () => {
    for (const { name } of PROGRAMS.slice(1)) addProgram(name);
    const { code, stdout, stderr } = run({ KUBEBUILDER_ASSETS: workspace.folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/has no executable etcd\./);
  });

  it('says what to install where Go is missing, and where it is too old', () => {
    const env = { IAM_BRIDGE_CACHE: join(workspace.folder, 'cache'), PATH: workspace.folder };
    const without = run(env);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain(`install Go ${readVersions().go} or newer`);

    addProgram('go', '#!/bin/sh\necho go version go1.19.3 linux/amd64\n');
    const withOld = run(env);
    expect(withOld.code).toBe(2);
    expect(withOld.stderr).toContain('Go 1.19.3 is too old: install Go');
  });

  it('keeps what is there, builds the rest under a temporary name, and leaves nothing of a failed build', () => {
    const cache = join(workspace.folder, 'cache');
    const go = [
      '#!/bin/sh',
      '[ "$1" = version ] && { echo go version go99.0 linux/amd64; exit; }',
      'for last; do :; done',
      'case $last in *kubectl) exit 1;; esac',
      'while [ "$1" != -o ]; do shift; done',
      'case $2 in *.tmp) echo "#!/bin/sh" > "$2"; chmod +x "$2";; esac',
    ];
    addProgram('go', `${go.join('\n')}\n`);
    const env = { IAM_BRIDGE_CACHE: cache, PATH: `${workspace.folder}:/usr/bin:/bin` };
    const first = run(env);
    expect(first.code, first.stderr).toBe(3);
    expect(first.stderr).toContain('go build of kubectl failed (exit code 1)');

    addProgram('go', `${go.filter((line) => !line.includes('kubectl')).join('\n')}\n`);
    const second = run(env);
    expect(second.stderr).toMatch(/etcd: there already\n.*kubectl: built in/s);
    const folder = toCacheFolder({ IAM_BRIDGE_CACHE: cache }, readVersions());
    expect(second.stdout).toBe(`KUBEBUILDER_ASSETS=${folder}\n`);
    const listed = spawnSync('ls', [folder], { encoding: 'utf8' }).stdout.trim().split('\n');
    expect(listed).toEqual([...PROGRAMS, ...listHelms()].map(({ name }) => name).toSorted());
  });
});

describe('versions', () => {
  it.each([
    ['1.26.0', '1.26.0', false],
    ['1.25.9', '1.26.0', true],
    ['1.26.10', '1.26.9', false],
    ['1.26', '1.26.0', false],
    ['2.0', '1.99.9', false],
  ])('%s is older than %s: %s', (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });

  it('name the folder, which is below the cache folder that a variable or the system gives', () => {
    const versions = { kubernetes: '1.2.3', etcd: '4.5.6', go: '1.0' };
    const name = 'control-plane/k8s-1.2.3_etcd-4.5.6';
    expect(toCacheFolder({ IAM_BRIDGE_CACHE: '/a', XDG_CACHE_HOME: '/b' }, versions)).toBe(`/a/${name}`);
    expect(toCacheFolder({ XDG_CACHE_HOME: '/b' }, versions)).toBe(`/b/iam-bridge/${name}`);
    expect(toCacheFolder({}, versions)).toMatch(new RegExp(`/\\.cache/iam-bridge/${name}$`));
  });
});
