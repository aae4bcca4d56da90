import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import {
  type RecordingSts,
  ROLE_KEYS,
  renderCredentials,
  startRecordingSts,
} from '../../support/aws/recording-sts.ts';
import { createAuthority } from '../../support/certificates.ts';
import { readUrl, runCommand, type TokenRun } from '../../support/commands/token.ts';
import { type ConnectProxy, startConnectProxy } from '../../support/http/connect-proxy.ts';

const ROLE = 'arn:aws:iam::111122223333:role/Deployer';
const PAIR = { AWS_ACCESS_KEY_ID: 'AKIDENV000000000', AWS_SECRET_ACCESS_KEY: 'env-secret' };
const KEYS = [
  { accessKeyId: 'AKIDENV000000000', secretAccessKey: 'env-secret' },
  { accessKeyId: 'AKIDFILE00000000', secretAccessKey: 'file-secret' },
  { accessKeyId: 'AKIDDEFAULT00000', secretAccessKey: 'default-secret' },
  { accessKeyId: 'AKIDPROCESS00000', secretAccessKey: 'process-secret' },
  ROLE_KEYS,
];
let sts: RecordingSts;
let home: string;

beforeAll(async () => {
  sts = await startRecordingSts(KEYS);
});
afterAll(() => sts.end());

/** Nothing of this machine must come in. The SDK reads the environment of the process itself. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iam-bridge-token-'));
  mkdirSync(join(home, '.aws'));
  for (const name of Object.keys(process.env))
    if (/^(?:AWS_|DEFAULT_ROLE|KUBERNETES_)/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  sts.calls.length = 0;
  sts.answer = () => renderCredentials(new Date(Date.now() + 3_600_000).toISOString());
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

async function run(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<TokenRun> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return await runCommand('token', ['-i', 'demo', ...words], { env: process.env, now: Date.now(), input });
}

function readKey({ stdout, stderr }: TokenRun): string | undefined {
  if (stdout === '') throw new Error(stderr);
  return readUrl(stdout).searchParams.get('X-Amz-Credential')?.split('/')[0];
}

/** As the metadata services of containers and instances give them. */
const INSTANCE_KEYS = {
  AccessKeyId: 'AKIDINSTANCE0000',
  SecretAccessKey: 's',
  Token: 't',
  Expiration: '2099-01-01T00:00:00Z',
};

/** @param answer to the path of a request: a text, or an object that is sent as JSON */
async function startJson(answer: (url: string) => string | object) {
  const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const server = createServer(({ url = '', headers: { authorization } }, response) => {
    asked.push({ url, authorization });
    const said = answer(url);
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const CREDENTIALS = `
[default]
aws_access_key_id = AKIDDEFAULT00000
aws_secret_access_key = default-secret
[file]
aws_access_key_id = AKIDFILE00000000
aws_secret_access_key = file-secret
`;

describe('whose credentials sign', () => {
  test.each([
    ['keys in the environment before AWS_PROFILE', [], { ...PAIR, AWS_PROFILE: 'file' }, 'AKIDENV000000000'],
    [
      'a profile that a flag names before keys in the environment',
      ['--profile', 'file'],
      PAIR,
      'AKIDFILE00000000',
    ],
    ['the profile of AWS_PROFILE', [], { AWS_PROFILE: 'file' }, 'AKIDFILE00000000'],
    ['the profile of AWS_DEFAULT_PROFILE', [], { AWS_DEFAULT_PROFILE: 'file' }, 'AKIDFILE00000000'],
    [
      'AWS_PROFILE before AWS_DEFAULT_PROFILE',
      [],
      { AWS_PROFILE: 'file', AWS_DEFAULT_PROFILE: 'default' },
      'AKIDFILE00000000',
    ],
    ['the default profile', [], {}, 'AKIDDEFAULT00000'],
  ] as const)('%s', async (_, words, env, key) => {
    write('.aws/credentials', CREDENTIALS);
    expect(readKey(await run(words, env))).toBe(key);
    expect(sts.calls).toEqual([]);
  });

  test('a program that the profile names', async () => {
    const program = write(
      'program',
      `#!/bin/sh\necho '{"Version":1,"AccessKeyId":"AKIDPROCESS00000","SecretAccessKey":"process-secret"}'\n`,
    );
    chmodSync(program, 0o755);
    write('.aws/config', `[profile mine]\ncredential_process = ${program}\n`);
    expect(readKey(await run(['--profile', 'mine']))).toBe('AKIDPROCESS00000');
  });

  test('a role that the profile names, by the keys of another', async () => {
    write('.aws/credentials', CREDENTIALS);
    write('.aws/config', `[profile admin]\nrole_arn = ${ROLE}\nsource_profile = file\nexternal_id = e-1\n`);
    const { stdout } = await run(['--profile', 'admin']);
    expect(readUrl(stdout).searchParams.get('X-Amz-Security-Token')).toBe(ROLE_KEYS.sessionToken);
    expect(sts.calls).toMatchObject([
      { accessKeyId: 'AKIDFILE00000000', parameters: { RoleArn: ROLE, ExternalId: 'e-1' } },
    ]);
  });

  test('a role that another role assumes, each as its profile says', async () => {
    write('.aws/credentials', CREDENTIALS);
    const first = `[profile first]\nrole_arn = ${ROLE}1\nsource_profile = file\n`;
    const second = `[profile second]\nrole_arn = ${ROLE}2\nsource_profile = first\nrole_session_name = jane\nduration_seconds = 900\n`;
    write('.aws/config', first + second);
    expect(readKey(await run(['--profile', 'second']))).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toMatchObject([
      { accessKeyId: 'AKIDFILE00000000', parameters: { RoleArn: `${ROLE}1`, DurationSeconds: '3600' } },
      {
        accessKeyId: ROLE_KEYS.accessKeyId,
        parameters: { RoleArn: `${ROLE}2`, RoleSessionName: 'jane', DurationSeconds: '900' },
      },
    ]);
  });

  test('a role that the profile names, by keys of the environment', async () => {
    write('.aws/config', `[profile admin]\nrole_arn = ${ROLE}\ncredential_source = Environment\n`);
    expect(readKey(await run(['--profile', 'admin'], PAIR))).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toMatchObject([{ accessKeyId: 'AKIDENV000000000', parameters: { RoleArn: ROLE } }]);
  });

  test('a role that the profile names, by those of the container', async () => {
    const container = await startJson(() => ({
      ...{ AccessKeyId: 'AKIDFILE00000000', SecretAccessKey: 'file-secret' },
      ...{ Token: 't', Expiration: '2099-01-01T00:00:00Z' },
    }));
    write('.aws/config', `[profile admin]\nrole_arn = ${ROLE}\ncredential_source = EcsContainer\n`);
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/credentials` };
    const outcome = await run(['--profile', 'admin'], {
      ...env,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: write('authorization', 'of-the-pod'),
    });
    expect(readKey(outcome)).toBe(ROLE_KEYS.accessKeyId);
    expect(container.asked).toMatchObject([{ url: '/credentials', authorization: 'of-the-pod' }]);
    await container.end();
  });

  test('a role that the profile names, by a web identity token', async () => {
    const token = write('token', 'a.b.c');
    write('.aws/config', `[profile pod]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${token}\n`);
    // Keys in the environment are somebody else's.
    expect(readKey(await run(['--profile', 'pod'], PAIR))).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toMatchObject([
      {
        accessKeyId: undefined,
        parameters: { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, WebIdentityToken: 'a.b.c' },
      },
    ]);
  });

  test("a profile's own endpoint of STS is asked, where no variable names another", async () => {
    write('.aws/credentials', CREDENTIALS);
    const admin = `[profile admin]\nrole_arn = ${ROLE}\nsource_profile = file\nservices = here\n`;
    write('.aws/config', `${admin}[services here]\nsts =\n  endpoint_url = ${sts.endpoint}\n`);
    vi.stubEnv('AWS_ENDPOINT_URL_STS', undefined);
    expect(readKey(await run([], { AWS_PROFILE: 'admin' }))).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toHaveLength(1);
  });

  test("a pod's role before the profile that nobody named, and not before one that somebody did", async () => {
    write('.aws/credentials', CREDENTIALS);
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: write('token', 'a.b.c') };
    expect(readKey(await run([], pod))).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toMatchObject([
      { parameters: { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, WebIdentityToken: 'a.b.c' } },
    ]);
    expect(readKey(await run(['--profile', 'file'], pod))).toBe('AKIDFILE00000000');
  });

  test('those of a container', async () => {
    const container = await startJson(() => INSTANCE_KEYS);
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/credentials` };
    expect(readKey(await run([], env))).toBe(INSTANCE_KEYS.AccessKeyId);
    await container.end();
  });

  test('those of an instance, whose region counts where none is named', async () => {
    const metadata = await startJson((url) => {
      if (url === '/latest/api/token') return 'metadata-token';
      if (url.endsWith('/instance-identity/document'))
        return { accountId: '111122223333', region: 'ap-south-1' };
      return url.endsWith('/security-credentials/') ? 'node' : { Code: 'Success', ...INSTANCE_KEYS };
    });
    const outcome = await run([], {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_REGION: '',
    });
    expect([readKey(outcome), readUrl(outcome.stdout).host]).toEqual([
      INSTANCE_KEYS.AccessKeyId,
      'sts.ap-south-1.amazonaws.com',
    ]);
    await metadata.end();
  });
});

describe('a role', () => {
  test('is assumed by the identity that a plain token has', async () => {
    write('.aws/credentials', CREDENTIALS);
    const outcome = await run(['-r', ROLE], { ...PAIR, AWS_PROFILE: 'file' });
    expect(readKey(outcome)).toBe(ROLE_KEYS.accessKeyId);
    expect(sts.calls).toMatchObject([
      { accessKeyId: 'AKIDENV000000000', parameters: { Action: 'AssumeRole', RoleArn: ROLE } },
    ]);
  });

  test('has the external id and the session that flags name', async () => {
    await run(['-r', ROLE, '-e', 'e-1', '-s', 'jane@example.com'], PAIR);
    expect(sts.calls[0]?.parameters).toMatchObject({
      ExternalId: 'e-1',
      RoleSessionName: 'jane@example.com',
    });
  });

  test('has a session of its own without a name, and that of the AWS CLI for get-token', async () => {
    const env = { ...process.env, ...PAIR };
    await runCommand('token', ['-i', 'demo', '-r', ROLE], { env, now: 1_772_600_767_890 });
    await runCommand('get-token', ['--cluster-name', 'demo', '--role', ROLE], { env });
    await runCommand('get-token', ['--cluster-name', 'demo', '--role-arn', ROLE, '--session-name', 'jane'], {
      env,
    });
    await runCommand('token', ['-i', 'demo'], { env: { ...env, DEFAULT_ROLE: ROLE } });
    expect(sts.calls.map(({ parameters }) => parameters['RoleSessionName'])).toEqual([
      'iam-bridge-1772600767890',
      'EKSGetTokenAuth',
      'jane',
      expect.stringMatching(/^iam-bridge-/),
    ]);
  });

  test.each([
    ['a session', 'AROAEXAMPLE:jane@example.com', 'jane@example.com'],
    ['a user, who has none', 'AIDAEXAMPLE', expect.stringMatching(/^iam-bridge-\d+$/)],
    [
      'an instance, whose id has more parts',
      '111122223333:aws:ec2-instance:i-0',
      expect.stringMatching(/^iam-bridge-\d+$/),
    ],
  ])('has the name of the session that assumes it, where that is %s', async (_, userId, name) => {
    sts.answer = ({ parameters }) =>
      parameters['Action'] === 'GetCallerIdentity'
        ? { result: `<Arn>arn</Arn><UserId>${userId}</UserId><Account>111122223333</Account>` }
        : renderCredentials('2099-01-01T00:00:00Z');
    await run(['-r', ROLE, '--forward-session-name'], PAIR);
    expect(sts.calls.map(({ parameters }) => parameters['Action'])).toEqual([
      'GetCallerIdentity',
      'AssumeRole',
    ]);
    expect(sts.calls[1]?.parameters['RoleSessionName']).toEqual(name);
  });

  test('of less than 14 minutes ends the token', async () => {
    const soon = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 120_000);
    sts.answer = () => renderCredentials(soon.toISOString());
    const { stdout } = await run(['-r', ROLE], PAIR);
    expect(Date.parse(JSON.parse(stdout).status.expirationTimestamp)).toBe(soon.getTime());
  });

  test('that wants MFA has the code asked for on standard error', async () => {
    const serial = 'arn:aws:iam::111122223333:mfa/jane';
    const { code, stderr } = await run(['-r', ROLE, '--mfa-serial', serial], PAIR, '123456\n');
    expect([code, stderr]).toEqual([0, `MFA code for ${serial}: `]);
    expect(sts.calls[0]?.parameters).toMatchObject({ SerialNumber: serial, TokenCode: '123456' });
  });

  test('of a profile that wants MFA likewise', async () => {
    write('.aws/credentials', CREDENTIALS);
    const serial = 'arn:aws:iam::111122223333:mfa/jane';
    write(
      '.aws/config',
      `[profile mfa]\nrole_arn = ${ROLE}\nsource_profile = file\nmfa_serial = ${serial}\n`,
    );
    const { code, stderr } = await run(['--profile', 'mfa'], {}, '654321\n');
    expect([code, stderr]).toEqual([0, `MFA code for ${serial}: `]);
    expect(sts.calls[0]?.parameters).toMatchObject({ SerialNumber: serial, TokenCode: '654321' });
  });
});

describe('calls of STS', () => {
  const authority = createAuthority('corp');
  const names = ['sts.eu-west-1.amazonaws.com', '0.0.0.0'];
  let far: RecordingSts;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    far = await startRecordingSts(KEYS, authority.issue({ names }));
    far.answer = () => renderCredentials('2099-01-01T00:00:00Z');
    proxy = await startConnectProxy(Number(new URL(far.endpoint).port));
  });
  afterAll(async () => {
    await proxy.close();
    await far.end();
  });
  beforeEach(() => {
    proxy.asked.length = 0;
    far.calls.length = 0;
  });

  /** Trusting the authority, without an endpoint of its own: the proxy leads to the stand-in, whatever host is asked for. */
  function use(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', undefined);
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const all = { ...process.env, ...PAIR, AWS_CA_BUNDLE: write('corp.pem', authority.certificate), ...env };
    return { ...all, AWS_ENDPOINT_URL_STS: '' };
  }
  const WORDS = ['-i', 'demo', '-r', ROLE];
  const HOST = 'sts.eu-west-1.amazonaws.com';

  test.each([
    ['token', WORDS],
    ['go', ['token', ...WORDS]],
    ['get-token', ['--cluster-name', 'demo', '--role-arn', ROLE]],
  ] as const)('go by HTTPS_PROXY: as %s', async (name, words) => {
    expect(readKey(await runCommand(name, words, { env: use({ HTTPS_PROXY: proxy.url }) }))).toBe(
      ROLE_KEYS.accessKeyId,
    );
    expect(proxy.asked).toEqual([`${HOST}:443`]);
    expect(far.calls).toMatchObject([{ accessKeyId: PAIR.AWS_ACCESS_KEY_ID }]);
  });

  test('go by --proxy before HTTPS_PROXY, and it hears no secret', async () => {
    const env = use({ HTTPS_PROXY: 'http://127.0.0.1:1', AWS_SESSION_TOKEN: 'env-session' });
    const words = [...WORDS, '--proxy', proxy.url.replace('//', '//me:proxy-password@')];
    expect(readKey(await runCommand('token', words, { env }))).toBe(ROLE_KEYS.accessKeyId);
    expect(proxy.asked).toEqual([`${HOST}:443`]);
    const heard = proxy.heard();
    expect(heard).toContain(`Basic ${Buffer.from('me:proxy-password').toString('base64')}`);
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = PAIR;
    for (const text of [id, secret, 'env-session', ROLE, 'AssumeRole', ROLE_KEYS.secretAccessKey])
      expect(heard).not.toContain(text);
  });

  test('go by a proxy for a profile, too', async () => {
    write('.aws/credentials', CREDENTIALS);
    write('.aws/config', `[profile admin]\nrole_arn = ${ROLE}\nsource_profile = file\n`);
    const words = ['-i', 'demo', '--profile', 'admin', '--proxy', proxy.url];
    expect(readKey(await runCommand('token', words, { env: use({}) }))).toBe(ROLE_KEYS.accessKeyId);
    const token = write('token', 'a.b.c');
    write('.aws/config', '');
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: token, HTTPS_PROXY: proxy.url };
    for (const [variable, value] of Object.entries(pod)) vi.stubEnv(variable, value);
    const keyless = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    expect(readKey(await runCommand('token', ['-i', 'demo'], { env: { ...use(pod), ...keyless } }))).toBe(
      ROLE_KEYS.accessKeyId,
    );
    expect(proxy.asked).toEqual([`${HOST}:443`, `${HOST}:443`]);
  });

  test.each([
    ['0.0.0.0', []],
    ['10.0.0.0/8, 0.0.0.0/8', []],
    ['0.0.0.0:PORT', []],
    ['*', []],
    ['0.0.0.0:1', ['0.0.0.0:PORT']],
    ['amazonaws.com', ['0.0.0.0:PORT']],
  ] as const)('with NO_PROXY=%s go by the proxy to %j', async (without, asked) => {
    const { port } = new URL(far.endpoint);
    const fill = (text: string): string => text.replace('PORT', port);
    const env = use({ HTTPS_PROXY: proxy.url, NO_PROXY: fill(without) });
    // An address of this machine that is none of the loopback, which no proxy is ever used for.
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `https://0.0.0.0:${port}`);
    expect((await runCommand('token', WORDS, { env })).code).toBe(0);
    expect(proxy.asked).toEqual(asked.map(fill));
  });

  test.each([
    ['is not there', { HTTPS_PROXY: 'http://me:proxy-password@127.0.0.1:1' }, 3, 'could not be reached'],
    ['speaks no HTTP', { HTTPS_PROXY: 'socks5://me:proxy-password@127.0.0.1:1' }, 2, 'HTTPS_PROXY is no URL'],
  ])('end where the proxy %s, in one line without its password', async (_, env, expected, message) => {
    const { code, stdout, stderr } = await runCommand('token', WORDS, { env: use(env) });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(/^iam-bridge token: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('proxy-password');
  });

  test('are none where keys are at hand: a proxy that is wrong is no matter then', async () => {
    const env = use({ HTTPS_PROXY: 'socks5://127.0.0.1:1' });
    expect((await runCommand('token', ['-i', 'demo'], { env })).code).toBe(0);
    write('.aws/credentials', CREDENTIALS);
    expect((await runCommand('token', ['-i', 'demo', '--profile', 'file'], { env })).code).toBe(0);
  });
});

describe('--cache', () => {
  const FILE = ['.kube', 'cache', 'aws-iam-authenticator', 'credentials.yaml'];
  const readCache = (): Record<string, Record<string, Record<string, unknown>>> =>
    parse(readFileSync(join(home, ...FILE), 'utf8')).clusters;

  test('keeps what a profile leads to under its name, for one cluster and role', async () => {
    write('.aws/credentials', CREDENTIALS);
    write('.aws/config', `[profile admin]\nrole_arn = ${ROLE}\nsource_profile = file\n`);
    for (const words of [['--cache'], ['--cache'], ['--cache', '-i', 'other'], ['--cache', '-r', ROLE]])
      expect(readKey(await run(['--profile', 'admin', ...words]))).toBe(ROLE_KEYS.accessKeyId);
    // Two clusters and a role fetch each once, and the role is assumed besides.
    expect(sts.calls).toHaveLength(4);
    expect(Object.keys(readCache()).sort()).toEqual(['demo', 'other']);
    expect(Object.keys(readCache()['demo']?.['admin'] ?? {})).toEqual(['', ROLE]);
  });

  test('keeps those of a pod under a fingerprint, so that two identities never share them', async () => {
    const token = write('token', 'a.b.c');
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: token };
    await run(['--cache'], pod);
    await run(['--cache'], pod);
    expect(sts.calls).toHaveLength(1);
    await run(['--cache'], { ...pod, AWS_ROLE_ARN: `${ROLE}Two` });
    expect(sts.calls).toHaveLength(2);
    const keys = Object.keys(readCache()['demo'] ?? {});
    expect(keys).toEqual([
      expect.stringMatching(/^iam-bridge-[0-9a-f]{32}$/),
      expect.stringMatching(/^iam-bridge-/),
    ]);
  });

  test('that is broken warns, and the token comes', async () => {
    mkdirSync(join(home, ...FILE.slice(0, -1)), { recursive: true });
    write(FILE.join('/'), 'clusters: [');
    chmodSync(join(home, ...FILE), 0o644);
    write('.aws/credentials', CREDENTIALS);
    const outcome = await run(['--cache']);
    expect(readKey(outcome)).toBe('AKIDDEFAULT00000');
    expect(outcome.stderr).toMatch(/^iam-bridge token: the cache [^\n]+ is open to other users[^\n]+\n$/);
  });
});

describe('what goes wrong is one line that says what to do, and nothing on standard output', () => {
  async function expectProblem(outcome: Promise<TokenRun>, ...parts: readonly string[]): Promise<void> {
    await expectLine(3, outcome, parts);
  }

  async function expectMistake(outcome: Promise<TokenRun>, ...parts: readonly string[]): Promise<void> {
    await expectLine(2, outcome, parts);
  }

  async function expectLine(
    expected: number,
    outcome: Promise<TokenRun>,
    parts: readonly string[],
  ): Promise<void> {
    const { code, stdout, stderr } = await outcome;
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(/^iam-bridge token: [^\n]+\n$/);
    for (const part of parts) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/env-secret|file-secret|default-secret|a\.b\.c/);
  }

  test('no credentials anywhere', async () => {
    await expectProblem(run([]), 'no AWS credentials', 'set AWS_ACCESS_KEY_ID');
  });

  test('a profile that is not there, and the one that was meant', async () => {
    write('.aws/credentials', CREDENTIALS);
    await expectMistake(run(['--profile', 'fiel']), 'there is no profile "fiel"', 'did you mean file?');
    await expectMistake(run([], { AWS_PROFILE: 'nothing-like-it' }), 'aws configure list-profiles');
  });

  test('a profile whose settings lead nowhere, though there would be other credentials', async () => {
    write('.aws/config', `[profile broken]\nrole_arn = ${ROLE}\n`);
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: write('token', 'a.b.c') };
    await expectMistake(run([], { ...pod, AWS_PROFILE: 'broken' }), 'the profile broken', 'source_profile');
  });

  const toProfile = (...settings: readonly string[]): string => `[profile bad]\n${settings.join('\n')}\n`;
  const program = (line: string): string => {
    const path = write('program', `#!/bin/sh\n${line}\n`);
    chmodSync(path, 0o755);
    return `credential_process = ${path} --password hunter2`;
  };
  const role = `role_arn = ${ROLE}`;
  const notThere = '/nonexistent/token';
  const expired = '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"2020-01-01T00:00:00Z"}';

  test.each([
    [
      'a profile that is not there',
      () => [role, 'source_profile = nope'],
      2,
      'the profile bad leads to nope, which is not there',
    ],
    [
      'itself',
      () => [role, 'source_profile = bad'],
      3,
      'the profile bad leads to no credentials (Detected a',
    ],
    ['an odd source', () => [role, 'credential_source = Moon'], 3, 'Got Moon'],
    ['no environment', () => [role, 'credential_source = Environment'], 3, 'environment variable'],
    ['no container', () => [role, 'credential_source = EcsContainer'], 3, 'AWS_CONTAINER_CREDENTIALS'],
    [
      'no token',
      () => [role, `web_identity_token_file = ${notThere}`],
      2,
      `the profile bad: there is no file ${notThere}`,
    ],
    ['half an SSO login', () => ['sso_start_url = https://corp.example/start'], 3, 'sso_account_id'],
    ['half a key pair', () => ['aws_access_key_id = AKIDFILE00000000'], 2, 'needs aws_secret_access_key'],
    [
      'a program that fails',
      () => [program('echo join the VPN >&2; exit 1')],
      3,
      'the credential_process of bad failed (join the VPN)',
    ],
    ['a program that fails silently', () => [program('exit 1')], 3, 'failed (it says nothing)'],
    ['a program that says no JSON', () => [program('echo hunter2')], 3, 'returned invalid JSON'],
    ['a program that gives what has expired', () => [program(`echo '${expired}'`)], 3, 'expired credentials'],
    ['a login that was never made', () => ['login_session = jane'], 3, 'run `aws login --profile bad`'],
  ] as const)('a profile that leads to %s, though there would be other credentials', async (...row) => {
    const [, settings, code, message] = row;
    write('.aws/config', toProfile(...settings()));
    write('.aws/credentials', CREDENTIALS);
    const outcome = await run(['--profile', 'bad']);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toMatch(/^iam-bridge token: [^\n]+\n$/);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toMatch(/hunter2|set AWS_ACCESS_KEY_ID/);
  });

  test('STS refuses the role of a profile, or a pod its role', async () => {
    write('.aws/credentials', CREDENTIALS);
    write('.aws/config', `[profile admin]\n${role}\nsource_profile = file\n`);
    sts.answer = () => ({ code: 'AccessDenied', status: 403 });
    await expectProblem(run(['--profile', 'admin']), `did not assume ${ROLE} (AccessDenied`, 'trust policy');
    sts.answer = () => ({ code: 'InvalidIdentityToken', status: 400 });
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: write('token', 'a.b.c') };
    await expectProblem(run([], pod), 'AWS_ROLE_ARN (InvalidIdentityToken', 'iam-bridge verify');
    const gone = { ...pod, AWS_WEB_IDENTITY_TOKEN_FILE: notThere };
    await expectMistake(run([], gone), `AWS_WEB_IDENTITY_TOKEN_FILE: there is no file ${notThere}`);
  });

  test('an MFA code is not asked for where there is nothing to use it for', async () => {
    const mfa = 'mfa_serial = arn:aws:iam::111122223333:mfa/jane';
    write('.aws/config', toProfile(role, 'source_profile = nope', mfa));
    await expectMistake(run(['--profile', 'bad'], {}, '123456\n'), 'the profile bad leads to nope');
  });

  test('an SSO session that has expired', async () => {
    const corp =
      '[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n';
    write('.aws/config', `${corp}[profile admin]\n${role}\nsource_profile = corp\n`);
    await expectProblem(
      run(['--profile', 'corp']),
      'the SSO session of corp',
      'run `aws sso login --profile corp`',
    );
    // The one to log in with is the one that has the session.
    await expectProblem(run(['--profile', 'admin']), 'run `aws sso login --profile corp`');
  });

  test.each([
    ['AccessDenied', 403, 'trust policy'],
    ['RegionDisabledException', 403, '--region'],
    ['InvalidClientTokenId', 403, 'look at the credentials'],
    ['ExpiredToken', 400, 'log in again'],
    ['SignatureDoesNotMatch', 403, 'the clock of this machine'],
    ['SomethingNew', 400, 'told so'],
  ])('STS says %s', async (code, status, remedy) => {
    sts.answer = () => ({ code, status });
    await expectProblem(run(['-r', ROLE], PAIR), `AWS STS did not assume ${ROLE} (${code}`, remedy);
  });

  test('STS is not there', async () => {
    const env = { ...PAIR, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    await expectProblem(run(['-r', ROLE], env), 'correct the region');
  });

  test.each([
    ['no code comes', '', 'no terminal to ask on'],
    ['something else comes', 'no\n', 'six digits'],
  ])('MFA is asked for and %s', async (_, input, message) => {
    const { code, stdout, stderr } = await run(
      ['-r', ROLE, '--mfa-serial', 'arn:aws:iam::1:mfa/j'],
      PAIR,
      input,
    );
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
  });

  test.each([
    ['--ca-bundle', ['--ca-bundle', '/nonexistent/ca.pem'], {}, ''],
    ['AWS_CA_BUNDLE', [], { AWS_CA_BUNDLE: '/nonexistent/ca.pem' }, ''],
    ['ca_bundle of the profile', [], {}, '[default]\nca_bundle = /nonexistent/ca.pem\n'],
  ] as const)('there is no file that %s names', async (by, words, env, config) => {
    write('.aws/config', config);
    await expectMistake(
      run(['-r', ROLE, ...words], { ...PAIR, ...env }),
      `${by}: there is no file /nonexistent/ca.pem`,
    );
  });
});
