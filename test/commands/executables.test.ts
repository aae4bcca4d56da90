import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/list.ts';
import { readVersion } from '../../src/commands/version.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import { CANARY_SECRET, CANARY_SESSION } from '../support/canary.ts';
import {
  type Checkout,
  createCheckout,
  endPrograms,
  type Outcome,
  run,
  start,
} from '../support/commands/program.ts';

/** A line of a stack trace. */
const TRACE = /^\s+at .*[:(]/m;

let checkout: Checkout;

beforeAll(() => {
  checkout = createCheckout();
});

afterAll(async () => {
  await endPrograms();
  checkout.remove();
});

function runBridge(...words: readonly string[]): Promise<Outcome> {
  return run([...checkout.ways['iam-bridge'], ...words]);
}

function runWebhook(...words: readonly string[]): Promise<Outcome> {
  return run([...checkout.ways.webhook, ...words]);
}

describe.concurrent('iam-bridge', () => {
  test('--help is worth reading: what it is for, every command, examples, exit codes', async () => {
    const { code, stdout, stderr } = await runBridge('--help');
    expect([code, stderr]).toEqual([0, '']);
    for (const word of ['IAM', 'ServiceAccount', 'webhook', 'iam-bridge demo', 'Exit codes']) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toMatch(/undefined|\[object/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  test.each([['-h'], ['help']])('%s is the same', async (word) => {
    expect(await runBridge(word)).toEqual(await runBridge('--help'));
  });

  test('--version is the one in package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(checkout.root, 'package.json'), 'utf8'));
    expect(await runBridge('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await readVersion()).toBe(version);
  });

  test('an unknown command is answered with the one that was meant', async () => {
    const { code, stdout, stderr } = await runBridge('webhok');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown command 'webhok'\n\(Did you mean webhook\?\)/);
  });

  test('an unknown option is a mistake of usage', async () => {
    const { code, stdout, stderr } = await runBridge('--versoin');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown option '--versoin'/);
    expect(stderr).not.toMatch(TRACE);
  });

  test('without a command tells how to use it', async () => {
    const { code, stdout, stderr } = await runBridge();
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('Usage: iam-bridge');
  });

  test('a reader that goes away is no reason for a stack trace', async () => {
    const { child, ended } = start([...checkout.ways['iam-bridge'], 'webhook', '--help']);
    child.stdout?.destroy();
    const { stderr } = await ended;
    expect(stderr).toBe('');
  });
});

describe.concurrent('webhook', () => {
  test('--help has every flag of the Go program and ours, on standard output', async () => {
    const { code, stdout, stderr } = await runWebhook('--help');
    expect([code, stderr]).toEqual([0, '']);
    for (const name of Object.keys(WEBHOOK_FLAGS)) expect(stdout).toContain(`--${name}`);
    expect(stdout).toContain('Example');
    expect(stdout).toContain('Exit codes');
  });

  test('every way to start it says the same', async () => {
    const words = ['--help'];
    const [source, bridge, webhook] = await Promise.all([
      run([...checkout.ways.source, 'webhook', ...words]),
      run([...checkout.ways['iam-bridge'], 'webhook', ...words]),
      run([...checkout.ways.webhook, ...words]),
    ]);
    expect(bridge).toEqual(source);
    expect(webhook).toEqual(source);
  });

  test('`iam-bridge help webhook` is of as much use', async () => {
    expect((await runBridge('help', 'webhook')).stdout).toContain('--tls-cert');
  });

  test('--version prints the version, before anything else can go wrong', async () => {
    expect(await runWebhook('--version', '--port=70000')).toEqual(await runBridge('--version'));
  });

  test('mistakes are told all at once, on standard error, with exit code 2', async () => {
    const { code, stdout, stderr } = await runWebhook(
      '--nope',
      '--port=x',
      '-z',
      '--tls-min-version=9',
      '--kube-api=x:y:z',
    );
    expect([code, stdout]).toEqual([2, '']);
    const problems = stderr.split('\n').filter((line) => line.startsWith('iam-bridge webhook: '));
    expect(problems).toHaveLength(5);
    expect(stderr).toContain('Usage: iam-bridge webhook [flags]');
    expect(stderr).not.toMatch(TRACE);
  });

  test('without flags, outside of a cluster, says what it lacks, once', async () => {
    const { code, stderr } = await runWebhook();
    expect(code).toBe(2);
    expect(stderr.match(/not in a cluster: [^"]*use --kubeconfig or --kube-api/g)).toHaveLength(1);
    expect(stderr).not.toMatch(TRACE);
  });

  test('a single dash does not make a long flag', async () => {
    const { code, stderr } = await runWebhook('-port=1', '--in-cluster=false');
    expect(code).toBe(2);
    expect(stderr).toContain("unknown shorthand flag: 'p' in -port=1");
  });
});

describe('bin/iam-bridge', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iam-bridge-bin-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A program of shell in a folder of its own, which is returned. */
  function writeScript(name: string, text: string): string {
    const home = mkdtempSync(join(folder, 'path-'));
    writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(home, name), 0o755);
    return home;
  }

  /** Both executables in a folder without node_modules. */
  function installAlone(): string {
    const root = mkdtempSync(join(folder, 'alone-'));
    mkdirSync(join(root, 'bin'));
    for (const name of ['iam-bridge', 'webhook'])
      copyFileSync(join(checkout.root, 'bin', name), join(root, 'bin', name));
    return root;
  }

  const fakeNode = (version: string) =>
    `if [ "$1" = --version ]; then echo ${version}; else echo ran "$@"; fi`;

  test('works through symlinks, absolute and relative, one on another', async () => {
    const home = mkdtempSync(join(folder, 'links-'));
    symlinkSync(join(checkout.root, 'bin', 'webhook'), join(home, 'absolute'));
    symlinkSync('absolute', join(home, 'relative'));
    const { code, stdout } = await run([join(home, 'relative'), '--version']);
    expect([code, stdout]).toEqual([0, `${await readVersion()}\n`]);
  });

  test('is the Go program whose name a link to it bears', async () => {
    const home = mkdtempSync(join(folder, 'names-'));
    for (const name of ['webhook', 'aws-iam-authenticator'])
      symlinkSync(join(checkout.root, 'bin', 'iam-bridge'), join(home, name));
    const version = await readVersion();
    expect(await run([join(home, 'aws-iam-authenticator'), 'version', '-s'])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
    });
    const { stdout } = await run([join(home, 'webhook'), '--help']);
    expect(stdout).toContain('--annotation-prefix');
  });

  test('works in a folder with spaces in its name', async () => {
    const home = mkdtempSync(join(folder, 'a b '));
    symlinkSync(checkout.root, join(home, 'c d'));
    const { code } = await run([join(home, 'c d', 'bin', 'webhook'), '--version']);
    expect(code).toBe(0);
  });

  test.each(['v20.20.0', 'v22.18.9', 'v18.0.0'])(
    'refuses Node %s in one line, with exit code 2',
    async (version) => {
      const path = `${writeScript('node', fakeNode(version))}:/usr/bin:/bin`;
      const { code, stdout, stderr } = await run([join(installAlone(), 'bin', 'webhook'), '--version'], {
        PATH: path,
      });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(
        new RegExp(`^iam-bridge needs Node 22\\.19 or newer, and found ${version}: run 'npm ci' .*\n$`),
      );
    },
  );

  test('refuses to run without any Node in one line, with exit code 2', async () => {
    const path = mkdtempSync(join(folder, 'bare-'));
    for (const name of ['dirname', 'readlink', 'sh']) symlinkSync(`/usr/bin/${name}`, join(path, name));
    const { code, stderr } = await run([join(installAlone(), 'bin', 'iam-bridge'), '--version'], {
      PATH: path,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^iam-bridge needs Node 22\.19 or newer, and found none: .*\n$/);
  });

  test.each(['v22.19.0', 'v22.20.1', 'v24.0.0', 'v100.0.0'])('takes Node %s of the PATH', async (version) => {
    const root = installAlone();
    const path = `${writeScript('node', fakeNode(version))}:/usr/bin:/bin`;
    const { code, stdout } = await run([join(root, 'bin', 'webhook'), '--token-audience', 'a b', '*'], {
      PATH: path,
    });
    expect([code, stdout]).toEqual([0, `ran ${root}/src/main.ts webhook --token-audience a b *\n`]);
  });

  test('runs the bundle where there is one, with little memory', async () => {
    const root = installAlone();
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist', 'main.js'), '');
    const path = `${writeScript('node', fakeNode('v24.0.0'))}:/usr/bin:/bin`;
    const { stdout } = await run([join(root, 'bin', 'iam-bridge'), 'webhook', '-v5'], { PATH: path });
    expect(stdout).toMatch(
      new RegExp(
        `^ran --max-semi-space-size=\\d+ --max-old-space-size=\\d+ .*${root}/dist/main\\.js webhook -v5\n$`,
      ),
    );
  });

  test.each(COMMANDS.map(({ name, kind }) => ({ name, kind })))(
    '$name has little memory where it runs for long or kubectl waits for it, else what Node takes',
    async ({ name, kind }) => {
      const root = installAlone();
      mkdirSync(join(root, 'dist'));
      writeFileSync(join(root, 'dist', 'main.js'), '');
      const path = `${writeScript('node', fakeNode('v24.0.0'))}:/usr/bin:/bin`;
      const { stdout } = await run([join(root, 'bin', 'iam-bridge'), name], { PATH: path });
      const flags = kind === 'tree' ? '' : '--max-semi-space-size=2 --max-old-space-size=192 ';
      expect(stdout).toBe(`ran ${flags}${root}/dist/main.js ${name}\n`);
    },
  );

  describe.each([
    ['giving memory back', 'MALLOC_TRIM_THRESHOLD_', 'trim_threshold', '131072'],
    ['asking the system for each block', 'MALLOC_MMAP_THRESHOLD_', 'mmap_threshold', '32768'],
    ['more than is needed at the end of its heap', 'MALLOC_TOP_PAD_', 'top_pad', '16384'],
  ])("glibc's setting for %s", (_what, name, tunable, ours) => {
    const TUNABLE = `glibc.malloc.${tunable}=1048576`;

    /** What the program finds in its environment. */
    async function readThreshold(env: Readonly<Record<string, string>>): Promise<string> {
      const root = installAlone();
      mkdirSync(join(root, 'dist'));
      writeFileSync(join(root, 'dist', 'main.js'), '');
      const show = `if [ "$1" = --version ]; then echo v24.0.0; else echo "\${${name}-unset}"; fi`;
      const path = `${writeScript('node', show)}:/usr/bin:/bin`;
      const { stdout } = await run([join(root, 'bin', 'webhook')], { PATH: path, ...env });
      return stdout.trimEnd();
    }

    test.each<[says: string, env: Record<string, string>, threshold: string]>([
      ['is ours where the caller says nothing', {}, ours],
      ['is ours beside other settings of glibc', { GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' }, ours],
      ['is ours beside other variables of malloc', { MALLOC_ARENA_MAX: '2' }, ours],
      ["is the caller's", { [name]: '1048576' }, '1048576'],
      ["is the caller's, also where it is 0", { [name]: '0' }, '0'],
      ["is the caller's, also where it is empty", { [name]: '' }, ''],
      ["is the caller's by the newer name", { GLIBC_TUNABLES: TUNABLE }, 'unset'],
      [
        "is the caller's by the newer name among others",
        { GLIBC_TUNABLES: `glibc.malloc.arena_max=2:${TUNABLE}` },
        'unset',
      ],
    ])('%s', async (_says, env, threshold) => {
      expect(await readThreshold(env)).toBe(threshold);
    });
  });

  test.each([
    [{ NODE_OPTIONS: '--inspect-brk --require=/nonexistent.js' }, ''],
    [{ NODE_OPTIONS: '--inspect-brk', IAM_BRIDGE_NODE_OPTIONS: '--trace-warnings' }, '--trace-warnings'],
    [{ IAM_BRIDGE_NODE_OPTIONS: '' }, ''],
  ])('hands on what is meant for it, and no other options of Node: %j', async (env, expected) => {
    const script = 'if [ "$1" = --version ]; then echo v24.0.0; else echo "$NODE_OPTIONS"; fi';
    const path = `${writeScript('node', script)}:/usr/bin:/bin`;
    const { code, stdout } = await run([join(installAlone(), 'bin', 'webhook')], { PATH: path, ...env });
    expect([code, stdout]).toEqual([0, `${expected}\n`]);
  });

  test("starts whatever the caller's NODE_OPTIONS say", async () => {
    const env = {
      NODE_OPTIONS: '--require=/nonexistent.js',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: CANARY_SECRET,
      AWS_SESSION_TOKEN: CANARY_SESSION,
    };
    const { code, stdout } = await run(
      [...checkout.ways['iam-bridge'], 'token', '-i', 'demo', '--token-only'],
      env,
    );
    expect([code, stdout.slice(0, 11)]).toEqual([0, 'k8s-aws-v1.']);
  });

  test('what it starts does not have the options of its own Node', async () => {
    const folder = installAlone();
    const keys = { Version: 1, AccessKeyId: 'AKIDEXAMPLE', SecretAccessKey: CANARY_SECRET };
    const plugin = writeScript(
      'keys',
      `echo "[$NODE_OPTIONS]" > ${folder}/seen; echo '${JSON.stringify(keys)}'`,
    );
    const config = join(folder, 'aws-config');
    writeFileSync(config, `[default]\ncredential_process = ${join(plugin, 'keys')}\n`);
    const env = { IAM_BRIDGE_NODE_OPTIONS: '--max-old-space-size=100', AWS_CONFIG_FILE: config };
    const { code, stderr } = await run([...checkout.ways['iam-bridge'], 'token', '-i', 'demo'], env);
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('[]\n');
  });

  test('becomes the program, so that signals reach it', async () => {
    const root = installAlone();
    const path = `${writeScript('node', 'if [ "$1" = --version ]; then echo v24.0.0; else echo $$; fi')}:/usr/bin:/bin`;
    const program = start([join(root, 'bin', 'webhook')], { PATH: path });
    const { stdout } = await program.ended;
    expect(stdout).toBe(`${program.pid}\n`);
  });
});
