import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CANARY_SECRET, CANARY_SESSION } from '../../support/canary.ts';
import { readUrl, runCommand, type TokenRun } from '../../support/commands/token.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const HOUR = 3_600_000;
const SESSION = 'corp';
const CONFIG = `[profile corp]
sso_session = ${SESSION}
sso_account_id = 111122223333
sso_role_name = Admin
region = eu-west-1
[sso-session ${SESSION}]
sso_start_url = https://corp.example/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access
`;

/** What the portal of IAM Identity Center was asked. */
interface Asked {
  readonly url: string;
  readonly token: string | undefined;
}

let workspace: Workspace;
let portal: Server;
let endpoint: string;
let asked: Asked[];
/** What it says next. */
let answer: { readonly status: number; readonly body: object };

/** Nothing of this machine must come in. The SDK reads the environment of the process itself. */
beforeEach(async () => {
  workspace = createWorkspace();
  mkdirSync(join(workspace.folder, '.aws', 'sso', 'cache'), { recursive: true });
  for (const name of Object.keys(process.env)) if (/^AWS_|_proxy$/i.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', workspace.folder);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  asked = [];
  answer = { status: 200, body: { roleCredentials: toCredentials(Date.now() + HOUR) } };
  portal = createServer(({ url = '', headers }, response) => {
    const token = headers['x-amz-sso_bearer_token'];
    asked.push({ url, token: typeof token === 'string' ? token : undefined });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  portal.closeAllConnections();
  await new Promise((resolve) => portal.close(resolve));
  await workspace.remove();
});

/** GetRoleCredentials, IAM Identity Center Portal API Reference. */
function toCredentials(expiration: number): object {
  return {
    accessKeyId: 'ASIASSO000000000',
    secretAccessKey: `${CANARY_SECRET}-sso`,
    sessionToken: `${CANARY_SESSION}-sso`,
    expiration,
  };
}

/** As `aws sso login` leaves it: under the SHA-1 of the session's name. */
function writeLogin(expiresAt: number): void {
  const name = createHash('sha1').update(SESSION).digest('hex');
  const login = {
    startUrl: 'https://corp.example/start',
    region: 'eu-central-1',
    accessToken: 'login-token',
    expiresAt: new Date(expiresAt).toISOString(),
  };
  workspace.write(`.aws/sso/cache/${name}.json`, JSON.stringify(login));
}

async function run(words: readonly string[] = [], config = CONFIG): Promise<TokenRun> {
  workspace.write('.aws/config', config);
  const env = { ...process.env };
  return await runCommand('token', ['-i', 'demo', '--profile', 'corp', ...words], { env, now: Date.now() });
}

describe('an SSO login', () => {
  test('signs with the credentials that the portal gives for the role', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', endpoint);
    writeLogin(Date.now() + HOUR);
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    const { host, searchParams } = readUrl(stdout);
    expect(host).toBe('sts.eu-west-1.amazonaws.com');
    expect(searchParams.get('X-Amz-Credential')).toMatch(/^ASIASSO000000000\//);
    expect(searchParams.get('X-Amz-Security-Token')).toBe(`${CANARY_SESSION}-sso`);
    expect(asked).toEqual([
      { url: '/federation/credentials?account_id=111122223333&role_name=Admin', token: 'login-token' },
    ]);
  });

  test('is found at the endpoint of the services that the profile names', async () => {
    writeLogin(Date.now() + HOUR);
    const config = `${CONFIG.replace('region = eu-west-1', 'region = eu-west-1\nservices = here')}[services here]\nsso =\n  endpoint_url = ${endpoint}\n`;
    vi.stubEnv('AWS_PROFILE', 'corp');
    expect((await run([], config)).code).toBe(0);
    expect(asked).toHaveLength(1);
  });

  test('whose credentials end within 14 minutes ends the token', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', endpoint);
    writeLogin(Date.now() + HOUR);
    const end = Math.floor(Date.now() / 1_000) * 1_000 + 600_000;
    answer = { status: 200, body: { roleCredentials: toCredentials(end) } };
    const { stdout } = await run();
    expect(Date.parse(JSON.parse(stdout).status.expirationTimestamp)).toBe(end);
  });

  test.each([
    ['has expired', () => writeLogin(Date.now() - HOUR)],
    ['was never made', () => {}],
    [
      'is no longer known to the portal',
      () => {
        writeLogin(Date.now() + HOUR);
        answer = {
          status: 401,
          body: { __type: 'UnauthorizedException', message: 'Session token not found or invalid' },
        };
      },
    ],
  ])('that %s is told with the command that logs in', async (_, prepare) => {
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', endpoint);
    prepare();
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^iam-bridge token: the SSO session of corp [^\n]+: run `aws sso login --profile corp`\n$/,
    );
  });

  test('for a role that is not granted says so, and does not ask to log in again', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', endpoint);
    writeLogin(Date.now() + HOUR);
    answer = { status: 403, body: { __type: 'ForbiddenException', message: 'No access' } };
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^iam-bridge token: IAM Identity Center does not give the role of corp \([^\n]*No access\): correct [^\n]+\n$/,
    );
    expect(stderr).not.toContain('aws sso login');
  });
});
