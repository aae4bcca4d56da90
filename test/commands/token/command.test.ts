import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYS_ENV, readUrl, runCommand } from '../../support/commands/token.ts';

const V1BETA1 = 'client.authentication.k8s.io/v1beta1';
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'iam-bridge-token-'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

function readScope(text: string): string | undefined {
  return readUrl(text).searchParams.get('X-Amz-Credential')?.split('/')[2];
}

describe('a token by keys of the environment', () => {
  test('is an ExecCredential for 14 minutes, in whole seconds', async () => {
    const { code, stdout, stderr } = await runCommand('token', ['-i', 'demo']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'ExecCredential',
      apiVersion: V1BETA1,
      spec: {},
      status: { expirationTimestamp: '2026-03-04T05:20:07Z', token: expect.stringMatching(/^k8s-aws-v1\./) },
    });
    expect(readUrl(stdout).searchParams.get('X-Amz-Date')).toBe('20260304T050607Z');
  });

  test('is the same by every name of the command', async () => {
    const token = await runCommand('token', ['--cluster-id=demo', '--token-only']);
    expect(await runCommand('get-token', ['--cluster-name', 'demo', '--token-only'])).toEqual(token);
    expect(await runCommand('eks', ['get-token', '--cluster-name=demo', '--token-only'])).toEqual(token);
    expect(token.stdout).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+\n$/);
  });

  test('has the session token of temporary keys', async () => {
    const env = { ...KEYS_ENV, AWS_SESSION_TOKEN: 'FwoG/+=' };
    const { stdout } = await runCommand('token', ['-i', 'demo'], { env });
    expect(readUrl(stdout).searchParams.get('X-Amz-Security-Token')).toBe('FwoG/+=');
  });

  test.each([
    ['2026-03-04T05:10:00Z', '2026-03-04T05:10:00Z'],
    ['2026-03-04T06:10:00+00:00', '2026-03-04T05:20:07Z'],
    ['', '2026-03-04T05:20:07Z'],
    ['tomorrow', '2026-03-04T05:20:07Z'],
  ])('of keys that expire at %j expires at %s', async (expiration, expected) => {
    const env = { ...KEYS_ENV, AWS_CREDENTIAL_EXPIRATION: expiration };
    const { stdout } = await runCommand('token', ['-i', 'demo'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ status: { expirationTimestamp: expected } });
  });

  test.each([
    [
      'keys that have expired',
      3,
      { AWS_CREDENTIAL_EXPIRATION: '2026-03-04T05:06:07Z' },
      'expired at 2026-03-04T05:06:07.000Z',
    ],
    [
      'half of a pair',
      2,
      { AWS_SECRET_ACCESS_KEY: '' },
      'AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not',
    ],
    [
      'the other half',
      2,
      { AWS_ACCESS_KEY_ID: '' },
      'AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not',
    ],
    [
      'a line break in a key',
      2,
      { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE\n' },
      'AWS_ACCESS_KEY_ID has a blank, a line break',
    ],
    ['a region that is none', 2, { AWS_REGION: 'eu west 1' }, 'AWS_REGION is no region'],
  ])(
    'is refused for %s: one line, exit %i, nothing on standard output',
    async (_, expected, change, message) => {
      const { code, stdout, stderr } = await runCommand('token', ['-i', 'demo'], {
        env: { ...KEYS_ENV, ...change },
      });
      expect([code, stdout]).toEqual([expected, '']);
      expect(stderr).toMatch(/^iam-bridge token: [^\n]+\n$/);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain(KEYS_ENV.AWS_SECRET_ACCESS_KEY);
    },
  );
});

describe('the region', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const cluster = { clusterID: 'from-kubeconfig', region: 'sa-east-1' };
  const info = JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: V1BETA1,
    spec: { cluster: { config: cluster } },
  });

  test.each([
    ['a flag before all', { AWS_REGION: 'eu-west-1' }, ['--region', 'us-west-2'], 'us-west-2'],
    [
      'AWS_REGION before AWS_DEFAULT_REGION',
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' },
      [],
      'eu-west-1',
    ],
    [
      'AWS_DEFAULT_REGION before the profile',
      { AWS_DEFAULT_REGION: 'eu-west-2', files: true },
      [],
      'eu-west-2',
    ],
    ['the profile that AWS_PROFILE names', { AWS_PROFILE: 'there', files: true }, [], 'ap-south-1'],
    [
      'the profile that AWS_DEFAULT_PROFILE names',
      { AWS_DEFAULT_PROFILE: 'there', files: true },
      [],
      'ap-south-1',
    ],
    ['the default profile', { files: true }, [], 'ca-central-1'],
    ['the cluster of the kubeconfig', { KUBERNETES_EXEC_INFO: info }, [], 'sa-east-1'],
    ['nothing', {}, [], 'us-east-1'],
    ['the name for none in particular', { AWS_REGION: 'aws-global' }, [], 'us-east-1'],
    ['an empty variable', { AWS_REGION: '' }, [], 'us-east-1'],
  ])('is that of %s', async (_, given, words, region) => {
    const { files, ...env } = { files: false, ...given };
    const config = write(
      'config',
      '[default]\nregion = ca-central-1\n[profile there]\nregion=ap-south-1 # south\n',
    );
    const { stdout } = await runCommand('token', ['-i', 'demo', ...words], {
      env: { ...KEYS, ...env, ...(files && { AWS_CONFIG_FILE: config }) },
    });
    expect(readUrl(stdout).host).toBe(`sts.${region}.amazonaws.com`);
    expect(readScope(stdout)).toBe(region);
  });

  test('and the cluster of the kubeconfig count where nobody says otherwise', async () => {
    const env = { ...KEYS, KUBERNETES_EXEC_INFO: info };
    const { code, stdout } = await runCommand('get-token', ['--token-only'], { env });
    expect(code).toBe(0);
    const named = await runCommand('get-token', ['--token-only', '--cluster-name', 'from-kubeconfig'], {
      env,
    });
    expect(stdout).toBe(named.stdout);
    const other = await runCommand('get-token', ['--token-only', '--cluster-name', 'other'], { env });
    expect(other.stdout).not.toBe(stdout);
  });

  test.each([
    ['FIPS by the environment', { AWS_USE_FIPS_ENDPOINT: 'true' }, '', 'sts-fips.eu-west-1.amazonaws.com'],
    ['FIPS by the profile', {}, 'use_fips_endpoint = true', 'sts-fips.eu-west-1.amazonaws.com'],
    ['dual-stack by the environment', { AWS_USE_DUALSTACK_ENDPOINT: 'TRUE' }, '', 'sts.eu-west-1.api.aws'],
    ['dual-stack by the profile', {}, 'use_dualstack_endpoint=true', 'sts.eu-west-1.api.aws'],
    [
      'the environment against the profile',
      { AWS_USE_FIPS_ENDPOINT: 'false' },
      'use_fips_endpoint = true',
      'sts.eu-west-1.amazonaws.com',
    ],
    [
      'an endpoint for calls, which a token does not name',
      { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1', AWS_ENDPOINT_URL: 'https://vpce.example' },
      '',
      'sts.eu-west-1.amazonaws.com',
    ],
    [
      'the global endpoint of old',
      { AWS_STS_REGIONAL_ENDPOINTS: 'legacy' },
      '',
      'sts.eu-west-1.amazonaws.com',
    ],
  ])('has the host for %s', async (_, change, setting, host) => {
    const config = write('hosts', `[default]\n${setting}\n`);
    const env = { ...KEYS_ENV, ...change, AWS_CONFIG_FILE: config };
    expect(readUrl((await runCommand('token', ['-i', 'demo'], { env })).stdout).host).toBe(host);
  });

  test.each([
    ['vpce-0a1b2c3d4e5f60718-abcdefgh.sts.us-west-2.vpce.amazonaws.com', 'us-west-2'],
    ['sts.amazonaws.com', 'us-east-1'],
    ['sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['sts.corp.example', 'eu-west-1'],
  ])('a host that is asked for, %s, is signed for %s', async (host, region) => {
    const { stdout } = await runCommand('token', ['-i', 'demo', '--token-host', host]);
    expect([readUrl(stdout).host, readScope(stdout)]).toEqual([host, region]);
  });
});

describe('KUBERNETES_EXEC_INFO', () => {
  const group = 'client.authentication.k8s.io';
  test.each([
    ['nothing', undefined, 'v1beta1', ''],
    ['an empty text', '', 'v1beta1', ''],
    ['v1', `{"apiVersion":"${group}/v1"}`, 'v1', ''],
    ['v1beta1', `{"apiVersion":"${group}/v1beta1"}`, 'v1beta1', ''],
    ['v1alpha1', `{"apiVersion":"${group}/v1alpha1"}`, 'v1alpha1', 'is deprecated'],
    ['a version to come', `{"apiVersion":"${group}/v2"}`, 'v1beta1', 'no apiVersion that is known'],
    ['another group', '{"apiVersion":"v1"}', 'v1beta1', 'no apiVersion that is known'],
    ['an object without one', '{}', 'v1beta1', 'no apiVersion that is known'],
    ['a number for one', '{"apiVersion":1}', 'v1beta1', 'no apiVersion that is known'],
    ['a list', '[]', 'v1beta1', 'no JSON object'],
    ['null', 'null', 'v1beta1', 'no JSON object'],
    ['a text', '"x"', 'v1beta1', 'no JSON object'],
    ['what is not JSON', '{apiVersion', 'v1beta1', 'no JSON object'],
    ['odd members', `{"apiVersion":"${group}/v1","spec":{"cluster":{"config":[1]}}}`, 'v1', ''],
  ])('that holds %s is answered', async (_, text, version, notice) => {
    const env = { ...KEYS_ENV, KUBERNETES_EXEC_INFO: text };
    const { code, stdout, stderr } = await runCommand('get-token', ['--cluster-name', 'demo'], { env });
    expect([code, JSON.parse(stdout).apiVersion]).toEqual([0, `${group}/${version}`]);
    if (notice === '') expect(stderr).toBe('');
    else expect(stderr).toMatch(new RegExp(`^iam-bridge get-token: .*${notice}[^\\n]*\\n$`));
  });
});

describe('the flags of the AWS CLI', () => {
  test.each([
    [
      'text',
      [],
      'client.authentication.k8s.io/v1beta1\tExecCredential\nSTATUS\t2026-03-04T05:20:07Z\tk8s-aws-v1.',
    ],
    ['text', ['--query', 'status.token'], 'k8s-aws-v1.'],
    ['json', ['--query=status.token'], '"k8s-aws-v1.'],
    ['text', ['--query', 'status.expirationTimestamp'], '2026-03-04T05:20:07Z\n'],
    ['json', ['--query', 'status.expirationTimestamp'], '"2026-03-04T05:20:07Z"\n'],
  ])('--output %s %j', async (output, words, start) => {
    const { code, stdout } = await runCommand('get-token', [
      '--cluster-name',
      'demo',
      '--output',
      output,
      ...words,
    ]);
    expect([code, stdout.slice(0, start.length)]).toEqual([0, start]);
  });

  test('of no use here are taken, before and behind the words', async () => {
    const words = [
      '--no-cli-pager',
      '--color',
      'off',
      '--profile',
      '',
      'get-token',
      '--cluster-name',
      'demo',
      '--no-paginate',
    ];
    expect(await runCommand('eks', words)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['--debug'],
    ['--cli-auto-prompt'],
    ['--no-verify-ssl'],
    ['--endpoint-url', 'https://eks.example'],
    ['--cli-read-timeout', '10'],
    ['--cli-connect-timeout=10'],
    ['--cli-binary-format', 'raw-in-base64-out'],
  ])('%s is taken before and behind the words, and changes nothing', async (...words) => {
    const token = await runCommand('get-token', ['--cluster-name', 'demo']);
    expect(token.code).toBe(0);
    expect(await runCommand('eks', [...words, 'get-token', '--cluster-name', 'demo'])).toEqual(token);
    expect(await runCommand('eks', ['get-token', ...words, '--cluster-name', 'demo'])).toEqual(token);
  });

  test.each(['help', 'get-token', 'eks'])('a cluster, or a profile, may be called %s', async (name) => {
    const token = await runCommand('get-token', ['--cluster-name', name]);
    expect(token.code).toBe(0);
    expect(await runCommand('eks', ['get-token', '--cluster-name', name])).toEqual(token);
    expect(await runCommand('eks', ['--output', 'json', 'get-token', '--cluster-name', name])).toEqual(token);
    const { stderr } = await runCommand('eks', ['--profile', name, 'update-kubeconfig']);
    expect(stderr).toContain('there is get-token');
  });

  test.each([[['help']], [['get-token', 'help']], [['--help']], [['--region', 'help', 'get-token', '-h']]])(
    'eks %j is its help',
    async (words) => {
      const { code, stdout } = await runCommand('eks', words);
      expect([code, stdout]).toEqual([0, expect.stringContaining('--cluster-name')]);
    },
  );
});

describe('the configuration file of the authenticator', () => {
  test('names cluster and region, in any case, where flags and environment do not', async () => {
    const file = write('config.yaml', 'ClusterId: from-file\nregion: sa-east-1\nserver:\n  port: 1\n');
    const { code, stdout } = await runCommand('token', ['-c', file, '--token-only']);
    const named = await runCommand('token', ['-i', 'from-file', '--region', 'sa-east-1', '--token-only']);
    expect([code, stdout]).toEqual([0, named.stdout]);
    const flag = await runCommand('token', ['-c', file, '-i', 'other', '--token-only']);
    const env = { ...KEYS_ENV, KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID: 'other' };
    expect((await runCommand('token', ['-c', file, '--token-only'], { env })).stdout).toBe(flag.stdout);
    expect(flag.stdout).not.toBe(stdout);
  });

  test('may be TOML', async () => {
    const file = write('config.toml', 'clusterid = "demo"\ntokenonly = true\n[server]\nport = 1\n');
    expect((await runCommand('token', ['-c', file])).stdout).toMatch(/^k8s-aws-v1\./);
  });

  test('may be JSON, and ask for the token alone', async () => {
    const file = write('config.json', '{"clusterID": "demo", "tokenOnly": true}');
    expect((await runCommand('token', ['-c', file])).stdout).toMatch(/^k8s-aws-v1\./);
  });

  test.each([
    ['is not there', '/nonexistent/config.yaml', undefined, 'there is no file /nonexistent/config.yaml'],
    ['is no YAML', 'bad.yaml', 'a: [', '--config: '],
    ['is a list', 'list.yaml', '- a', 'it holds no keys'],
    ['is no TOML', 'bad.toml', 'a = ', 'it is not TOML'],
    ['has no extension', 'config', 'clusterID: a', 'name it .yaml'],
    ['has a role that is none', 'role.yaml', 'clusterID: a\ndefaultRole: Deployer', 'no role ARN'],
  ])('that %s is a mistake', async (_, name, text, message) => {
    const file = text === undefined ? name : write(name, text);
    const { code, stdout, stderr } = await runCommand('token', ['-c', file]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^iam-bridge token: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });
});

describe('mistakes of usage', () => {
  test.each([
    ['token', [], 'no cluster is named'],
    ['get-token', [], 'no cluster is named'],
    ['token', ['-i', 'a\nb'], 'a character that no header carries'],
    ['get-token', ['--cluster-name', 'a', '--cluster-id', 'b'], 'give one'],
    [
      'get-token',
      [
        '--cluster-name',
        'a',
        '--role',
        'arn:aws:iam::111122223333:role/a',
        '--role-arn',
        'arn:aws:iam::111122223333:role/b',
      ],
      'two names of one flag',
    ],
    ['token', ['-i', 'a', '-r', 'Deployer'], 'no role ARN'],
    ['token', ['-i', 'a', '-s', 'x y'], '--session-name is no name of a session'],
    ['token', ['-i', 'a', '-e', 'x'], '--external-id is no external id'],
    ['token', ['-i', 'a', '-s', 'jane', '--forward-session-name'], 'both name the session'],
    ['token', ['-i', 'a', '--region', 'EU'], '--region is no region'],
    ['token', ['-i', 'a', '--token-host', 'https://sts.amazonaws.com'], '--token-host is no host name'],
    ['token', ['-i', 'a', '--proxy', 'socks5://proxy.example'], '--proxy is no URL of an HTTP proxy'],
    ['token', ['-i', 'a', '--mfa-serial', 'x'], '--mfa-serial is no MFA device'],
    ['token', ['-i', 'a', 'demo'], '"demo" is no flag'],
    ['token', ['-i', 'a', '--clutser'], 'unknown flag: --clutser'],
    ['get-token', ['--cluster-n', 'a'], 'unknown flag: --cluster-n'],
    [
      'get-token',
      ['--cluster-name', 'a', '--query', 'status'],
      'status.token and status.expirationTimestamp',
    ],
    ['get-token', ['--cluster-name', 'a', '--output', 'table'], '--output is json or text'],
    ['eks', ['update-kubeconfig', '--name', 'demo'], 'there is get-token'],
  ] as const)('%s %j', async (command, words, message) => {
    const { code, stdout, stderr } = await runCommand(command, words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('are told all at once', async () => {
    const { stderr } = await runCommand('token', ['-i', 'a', '-r', 'x', '--region', 'EU', '--nope']);
    expect(stderr.match(/^iam-bridge token: /gm)).toHaveLength(3);
  });
});

test.each(['token', 'get-token', 'eks'] as const)('%s --help names its flags', async (command) => {
  const { code, stdout } = await runCommand(command, ['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--cluster-id');
  expect(stdout).toContain('Exit codes');
  expect(stdout).not.toMatch(/undefined|\[object/);
});
