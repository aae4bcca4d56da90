import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAwsAccount } from '../../src/commands/aws-credentials.ts';
import { CREDENTIALS, type RecordingS3, startRecordingS3 } from '../support/aws/recording-s3.ts';
import { createAuthority } from '../support/certificates.ts';
import { runTree } from '../support/commands/tree.ts';
import { type ConnectProxy, startConnectProxy } from '../support/http/connect-proxy.ts';
import { createJwk } from '../support/issuer/jwks.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const PAIR = { AWS_ACCESS_KEY_ID: 'AKIDENV000000000', AWS_SECRET_ACCESS_KEY: 'env-secret' };
const toProfile = (name: string, id: string, secret = 'file-secret'): string =>
  `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
const FILES = toProfile('default', 'AKIDDEFAULT00000') + toProfile('file', 'AKIDFILE00000000');

let workspace: Workspace;
let env: NodeJS.ProcessEnv;

/** Nothing of this machine must come in. The SDK reads the environment of the process itself. */
beforeEach(() => {
  workspace = createWorkspace();
  mkdirSync(join(workspace.folder, '.aws'));
  for (const name of Object.keys(process.env)) if (/^AWS_|_proxy$/i.test(name)) vi.stubEnv(name, undefined);
  use({ HOME: workspace.folder, AWS_EC2_METADATA_DISABLED: 'true' });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.remove();
});

function use(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  env = { ...process.env };
}

describe('whose credentials a command signs with', () => {
  test.each([
    ['keys in the environment before AWS_PROFILE', '', { ...PAIR, AWS_PROFILE: 'file' }, 'AKIDENV000000000'],
    ['a profile that a flag names before these', 'file', PAIR, 'AKIDFILE00000000'],
    ['the profile of AWS_PROFILE', '', { AWS_PROFILE: 'file' }, 'AKIDFILE00000000'],
    ['the profile of AWS_DEFAULT_PROFILE', '', { AWS_DEFAULT_PROFILE: 'file' }, 'AKIDFILE00000000'],
    ['the default profile', '', {}, 'AKIDDEFAULT00000'],
  ] as const)('%s', async (_, profile, variables, expected) => {
    workspace.write('.aws/credentials', FILES);
    use(variables);
    const { credentials } = createAwsAccount(profile, { env, now: Date.now });
    expect(await credentials()).toMatchObject({ accessKeyId: expected });
  });

  test.each([
    ['a profile that is not there', { AWS_PROFILE: 'fiel' }, /no profile "fiel".*did you mean file/],
    ['half of a key pair', { AWS_ACCESS_KEY_ID: 'AKIDENV000000000' }, /AWS_SECRET_ACCESS_KEY is not/],
    [
      'a file of authorities that is not there',
      { ...PAIR, AWS_CA_BUNDLE: '/nowhere.pem' },
      /AWS_CA_BUNDLE: there is no file/,
    ],
  ] as const)('%s is a mistake', async (_, variables, problem) => {
    workspace.write('.aws/credentials', FILES);
    use(variables);
    await expect(createAwsAccount('', { env, now: Date.now }).credentials()).rejects.toThrow(problem);
  });

  test('keys in the environment are used as the profile that it names says, and not as the default one', async () => {
    workspace.write(
      '.aws/config',
      '[profile corp]\nca_bundle = /corp.pem\n[default]\nca_bundle = /default.pem\n',
    );
    use({ ...PAIR, AWS_PROFILE: 'corp' });
    await expect(createAwsAccount('', { env, now: Date.now }).credentials()).rejects.toThrow(
      /ca_bundle of the profile: .*\/corp\.pem/,
    );
    use({ AWS_PROFILE: 'nothing-like-it' });
    expect(await createAwsAccount('', { env, now: Date.now }).credentials()).toMatchObject({
      accessKeyId: 'AKIDENV000000000',
    });
  });

  test('a mistake that somebody mends meanwhile does not last', async () => {
    use({ AWS_PROFILE: 'file' });
    const { credentials } = createAwsAccount('', { env, now: Date.now });
    await expect(credentials()).rejects.toThrow('no profile "file"');
    workspace.write('.aws/credentials', FILES);
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIDFILE00000000' });
  });

  test('a program of the profile is asked again only when its keys expire', async () => {
    const end = new Date(Date.now() + 3_600_000).toISOString();
    const program = workspace.write(
      'program',
      `#!/bin/sh\necho x >>${workspace.folder}/runs\necho '{"Version":1,"AccessKeyId":"AKIDPROCESS00000","SecretAccessKey":"s","Expiration":"${end}"}'\n`,
    );
    chmodSync(program, 0o755);
    workspace.write('.aws/config', `[profile mine]\ncredential_process = ${program}\n`);
    const { credentials } = createAwsAccount('mine', { env, now: Date.now });
    await credentials();
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIDPROCESS00000' });
    expect(readFileSync(join(workspace.folder, 'runs'), 'utf8')).toBe('x\n');
  });
});

describe('publish', () => {
  const authority = createAuthority('corp');
  let s3: RecordingS3;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    const tls = authority.issue({ names: ['*.s3.eu-west-1.amazonaws.com'] });
    s3 = await startRecordingS3(Date.now, { leeway: 60_000, tls });
    proxy = await startConnectProxy(Number(new URL(s3.url).port));
  });
  afterAll(async () => {
    await proxy.close();
    await s3.close();
  });

  test('goes by the proxy, with authorities and region of the profile that is named', async () => {
    const bundle = workspace.write('corp.pem', authority.certificate);
    const { accessKeyId, secretAccessKey } = CREDENTIALS;
    workspace.write('.aws/credentials', toProfile('corp', accessKeyId, secretAccessKey));
    workspace.write('.aws/config', `[profile corp]\nca_bundle = ${bundle}\nregion = eu-west-1\n`);
    const jwks = workspace.write('jwks.json', JSON.stringify({ keys: [createJwk()] }));
    use({ ...PAIR, HTTPS_PROXY: proxy.url });
    const words = ['--to', 's3://demo/one', '--issuer', 'https://oidc.example/one', '--from', jwks];
    const { code, stdout, stderr } = await runTree(['publish', ...words, '--profile', 'corp'], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('issuer drift')]);
    expect(stdout).toContain('created s3://demo/one/openid/v1/jwks');
    expect([...s3.objects.keys()]).toContain('/one/openid/v1/jwks');
    expect(new Set(proxy.asked)).toEqual(new Set(['demo.s3.eu-west-1.amazonaws.com:443']));
  });
});
