import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AUTHENTICATOR_FLAGS } from '../../../src/commands/authenticator/flags.ts';
import { COMMANDS } from '../../../src/commands/list.ts';
import { runServe } from '../../../src/commands/serve/command.ts';
import { PROCESS_FLAGS, SERVE_FLAGS, SERVERS } from '../../../src/commands/serve/flags.ts';
import { readServeSettings } from '../../../src/commands/serve/settings.ts';
import type { ProcessPlan } from '../../../src/commands/server/run.ts';
import { readFlags } from '../../../src/settings/pflag.ts';
import { createSurroundings } from '../../support/commands/surroundings.ts';
import { createWorkspace } from '../../support/workspace.ts';

const ISSUER_URL = 'https://oidc.example/clusters/demo';
const WEBHOOK = ['--webhook', '--webhook-in-cluster=false'];
const ISSUER = ['--issuer', `--issuer-issuer=${ISSUER_URL}`];
const AUTHENTICATOR = ['--authenticator', '--authenticator-cluster-id=demo'];

const read = (words: readonly string[]) => readServeSettings(readFlags(SERVE_FLAGS, words), {});

function readPlan(...words: readonly string[]): ProcessPlan {
  const reading = read(words);
  if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
  return reading.settings;
}

function readProblems(...words: readonly string[]): readonly string[] {
  const reading = read(words);
  return reading.kind === 'problems' ? reading.problems : [];
}

describe('serve', () => {
  test('has a switch for every server there is', () => {
    const servers = COMMANDS.filter(({ kind }) => kind === 'server').map(({ name }) => name);
    expect(SERVERS.map(({ name }) => name).sort()).toEqual(servers.sort());
    for (const name of servers) expect(SERVE_FLAGS).toHaveProperty(name);
  });

  test('takes every flag of a server behind its name, but what the process has once', () => {
    const shared = ['metrics-port', 'metrics-address', 'shutdown-delay'];
    const flags = SERVERS.flatMap(({ name, flags }) =>
      Object.keys(flags)
        .filter((flag) => !shared.includes(flag) && flag !== 'version')
        .map((flag) => `${name}-${flag}`),
    );
    expect(flags.length).toBeGreaterThan(80);
    expect(flags.filter((flag) => !Object.hasOwn(SERVE_FLAGS, flag))).toEqual([]);
    expect(readProblems(...WEBHOOK, '--webhook-metrics-port=1')).toEqual([
      'unknown flag: --webhook-metrics-port',
    ]);
  });

  test('gives each server its own settings, and all of them one ops port and one drain', () => {
    const { servers, ops, shutdownDelay } = readPlan(
      ...WEBHOOK,
      ...ISSUER,
      ...AUTHENTICATOR,
      ...['--webhook-port=8443', '--issuer-port', '9443', '--issuer-v=4', '--issuer-body-budget=16'],
      ...['--authenticator-backend-mode=CRD', '--authenticator-backend-mode=MountedFile'],
      ...['--metrics-port=9100', '--metrics-address=127.0.0.1', '--shutdown-delay=3s'],
    );
    expect(servers.map(({ descriptor }) => descriptor.name)).toEqual(['webhook', 'authenticator', 'issuer']);
    expect(servers.map(({ settings }) => settings.listen.port)).toEqual([
      8443,
      AUTHENTICATOR_FLAGS.port.default,
      9443,
    ]);
    expect(servers.map(({ settings }) => settings.verbosity)).toEqual([0, 0, 4]);
    expect(servers.map(({ settings }) => settings.budgets.bodies / 1024 / 1024)).toEqual([32, 8, 16]);
    expect(servers[1]?.settings).toMatchObject({ mapping: { backends: ['CRD', 'MountedFile'] } });
    expect([ops, shutdownDelay]).toEqual([{ host: '127.0.0.1', port: 9100 }, 3_000]);
  });

  test('has defaults of its own where nothing is said', () => {
    expect(readPlan(...ISSUER)).toMatchObject({ ops: { host: '', port: 9999 }, shutdownDelay: 10_000 });
  });

  test('goes before a configuration file with what the process has once', async () => {
    const workspace = createWorkspace();
    const config = workspace.write(
      'config.yaml',
      'clusterID: demo\nserver:\n  port: 9444\n  metricsPort: 9445\n',
    );
    const { servers } = readPlan('--authenticator', `--authenticator-config=${config}`);
    await workspace.remove();
    expect(servers[0]?.settings.listen).toMatchObject({ port: 9444, metricsPort: 9999 });
  });

  test('tells what is wrong with all of them at once, by the names of the flags here', () => {
    expect(
      readProblems(
        ...[
          '--webhook',
          '--webhook-in-cluster=false',
          '--webhook-port=99999',
          '--webhook-token-expiration=soon',
        ],
        ...['--issuer', '--issuer-key-file=a', '--issuer-jwks-file=b', `--issuer-issuer=${ISSUER_URL}`],
        ...[...AUTHENTICATOR, '--authenticator-client-name=x', 'word', '--foo'],
      ),
    ).toEqual([
      '--webhook-token-expiration: "soon" is not a whole number',
      'unknown flag: --foo',
      '"word" is no flag: write --flag=value, and leave other words out',
      '--webhook-port=99999 is no port: give a number from 1 to 65535',
      '--authenticator-client-name needs --authenticator-client-ca-file: without it no certificate is asked for',
      '--issuer-key-file and --issuer-jwks-file are two sources of keys: give one of them',
    ]);
  });

  test.each([
    [[], /^which servers\? Give --webhook, --authenticator, --issuer/],
    [[...WEBHOOK, '--issuer-port=1'], /^--issuer-port is of a server that does not run: add --issuer, or/],
    [[...WEBHOOK, ...ISSUER, '--webhook-port=8443'], /^--webhook-port and --issuer-port are both 8443/],
    [[...WEBHOOK, '--webhook-port=9999'], /^--webhook-port and --metrics-port are both 9999/],
    [[...WEBHOOK, '--metrics-port=70000'], /^--metrics-port=70000 is no port/],
    [[...WEBHOOK, '--metrics-address=:9999'], /^--metrics-address is no address: give one such as/],
    [[...WEBHOOK, '--webhook-bind-address=a b'], /^--webhook-bind-address is no address: give one such as/],
  ])('refuses %j', (words, expected) => {
    expect(readProblems(...words)).toEqual([expect.stringMatching(expected)]);
  });

  test('tells of two servers at one port whatever else is wrong with them', () => {
    const words = ['--webhook', '--webhook-in-cluster=false', '--issuer', '--webhook-port=8443'];
    expect(readProblems(...words)).toEqual([
      expect.stringMatching(/^--issuer-issuer is missing/),
      '--webhook-port and --issuer-port are both 8443: they are two servers',
    ]);
  });

  test('lets two servers have one port at different addresses', () => {
    const words = [...WEBHOOK, ...ISSUER, '--webhook-port=8443', '--webhook-bind-address=127.0.0.1'];
    expect(readProblems(...words, '--issuer-bind-address=127.0.0.2')).toEqual([]);
    expect(readProblems(...words)).toHaveLength(1);
  });

  test('tells of a door at the port for health of another server', () => {
    const words = [...WEBHOOK, ...AUTHENTICATOR, '--webhook-port=21363'];
    expect(readProblems(...words)).toEqual([
      '--authenticator-health-port and --webhook-port are both 21363: they are two servers',
    ]);
    expect(readProblems(...words, '--authenticator-health-port=21364')).toEqual([]);
  });

  test('says of remarks, too, whose flag it is', () => {
    const { servers } = readPlan(...WEBHOOK, '--webhook-namespace=x', '--webhook-logtostderr');
    expect(servers[0]?.settings.remarks).toEqual([
      '--webhook-logtostderr has no effect: logs are JSON lines on standard error',
      '--webhook-namespace has no effect: it is for --webhook-watch-config-map and --webhook-in-cluster, which are off',
    ]);
  });
});

describe('iam-bridge serve', () => {
  test('has help that is short, and says where the flags of a server are', async () => {
    const { surroundings, written } = createSurroundings();
    expect(await runServe(['--help'], surroundings)).toBe(0);
    expect(written.stdout).toContain('--metrics-port int');
    expect(written.stdout).not.toContain('--webhook-tls-cert');
    expect(written.stdout.split('\n').length).toBeLessThan(35);
    for (const { name } of SERVERS) expect(written.stdout).toContain(`iam-bridge ${name} --help`);
  });

  test('has the exit code of usage where it is told nothing to run', async () => {
    const { surroundings, written } = createSurroundings();
    expect(await runServe([], surroundings)).toBe(2);
    expect(written.stderr).toMatch(/^iam-bridge serve: which servers\?/);
  });
});

describe('docs/serve.md', () => {
  const page = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8');

  test('begins with a command that is taken as it stands', () => {
    const [, command = ''] = /```sh\n(.*?)```/s.exec(page) ?? [];
    const words = command.replaceAll('\\\n', '').trim().split(/\s+/);
    expect(words.slice(0, 2)).toEqual(['iam-bridge', 'serve']);
    expect(readProblems(...words.slice(2))).toEqual([]);
  });

  test('has a row for everything that the process has once', () => {
    const shared = Object.keys(PROCESS_FLAGS).filter((flag) => !SERVERS.some(({ name }) => name === flag));
    expect(shared.filter((flag) => !page.includes(`| \`--${flag}\` | `))).toEqual([]);
  });
});
