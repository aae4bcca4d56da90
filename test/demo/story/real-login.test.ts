import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { LoginLine } from '../../../src/demo/servers.ts';
import { LOGINS } from '../../../src/demo/story/login/cases.ts';
import { ALICE, BOB } from '../../../src/demo/story/login/people.ts';
import { showRealLogin } from '../../../src/demo/story/login/real.ts';
import { createAuthority } from '../../../src/http/self-signed.ts';
import {
  type Cleanup,
  createCleanup,
  createTemporaryFolder,
  type Folder,
} from '../../../src/local-cluster/cleanup.ts';

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
const UNAUTHORIZED = new Error(
  'kubectl auth failed: error: You must be logged in to the server (Unauthorized)',
);
const FORBIDDEN = new Error(
  'kubectl delete failed: Error from server (Forbidden): jobs.batch "s3-echoer" is',
);
const WHO = 'alice ["demo:viewers","system:authenticated"]';

/** What kubectl prints, or how it fails, by its first word. */
type Script = Readonly<Record<string, string | Error>>;
const GOOD: Script = { auth: `${WHO}\n`, get: 'NAME\ns3-echoer\n', delete: FORBIDDEN };

let cleanup: Cleanup;
let folder: Folder;
beforeEach(async () => {
  cleanup = createCleanup();
  folder = await createTemporaryFolder(cleanup);
});
afterEach(() => cleanup.run());

async function show(id: string, script: Script, { line, sts }: { line: LoginLine; sts?: string }) {
  const shown = LOGINS.find((each) => each.id === id);
  if (shown === undefined) throw new Error(`there is no login ${id}`);
  const lines: LoginLine[] = [];
  const answers: string[] = [];
  const paths: string[] = [];
  const { login, commands = [] } = await showRealLogin(shown, {
    authenticator: { flags: [], webhookKubeconfig: '', logins: () => lines, stop: async () => {} },
    sts: { signers: { alice: KEYS, bob: KEYS, forger: KEYS }, port: 0, answers },
    server: 'https://127.0.0.1:1',
    kubectlWith(kubeconfig) {
      paths.push(kubeconfig);
      return async (word = '') => {
        lines.push(line);
        if (sts !== undefined) answers.push(sts);
        const said = script[word] ?? '';
        if (typeof said !== 'string') throw said;
        return { stdout: said, warnings: [] };
      };
    },
    authority: await createAuthority(Date.now()),
    folder,
    program: ['/usr/bin/node', '/iam-bridge.js'],
    clock: { now: () => Date.UTC(2026, 0, 1), delay: async () => {} },
  });
  return { login, problems: login?.problems, commands, kubeconfig: readFileSync(paths[0] ?? '', 'utf8') };
}

const granted = { line: { reason: 'granted', arn: ALICE, username: 'alice' }, sts: ALICE };
const unmapped = { line: { reason: 'unmapped', arn: BOB }, sts: BOB };

describe('a login with kubectl', () => {
  test('is the user that the API server says, with the rights that RBAC gives', async () => {
    const { login, commands } = await show('login', GOOD, granted);
    expect(login).toMatchObject({
      user: { username: 'alice', groups: ['demo:viewers'] },
      reason: 'granted',
      problems: [],
    });
    expect(commands.map(({ output }) => output)).toEqual([
      [WHO],
      ['NAME', 's3-echoer'],
      ['Error from server (Forbidden): jobs.batch "s3-echoer" is'],
    ]);
  });

  test('is nobody where the API server says 401, and nothing more is tried', async () => {
    const { problems, commands } = await show('unmapped', { auth: UNAUTHORIZED }, unmapped);
    expect([problems, commands]).toEqual([
      [],
      [
        {
          command: expect.stringMatching(/^kubectl --kubeconfig=people\.yaml --user=bob auth whoami /),
          output: ['error: You must be logged in to the server (Unauthorized)'],
        },
      ],
    ]);
  });

  test.each<[string, Script, string]>([
    ['cannot be had', { auth: new Error('kubectl auth failed: no such host') }, 'no such host'],
    [
      'is refused',
      { auth: UNAUTHORIZED },
      'the user is nobody, and should be alice with groups demo:viewers',
    ],
    [
      'says what nobody can read',
      { ...GOOD, auth: 'hello' },
      'the user is nobody, and should be alice with groups demo:viewers',
    ],
    [
      'says another user',
      { ...GOOD, auth: 'bob ["system:authenticated"]' },
      'the user is bob with groups none, and should be alice with groups demo:viewers',
    ],
    ['may not look', { ...GOOD, get: FORBIDDEN }, 'the user may not see jobs: Error from server (Forbidden)'],
    ['may delete', { ...GOOD, delete: 'deleted' }, 'the user may delete jobs: deleted'],
  ])('is not as it should be where kubectl %s', async (_name, script, problem) => {
    const { problems } = await show('login', script, granted);
    expect(problems).toContainEqual(expect.stringContaining(problem));
  });

  test('lets nobody in who should be out', async () => {
    const { problems } = await show('unmapped', GOOD, unmapped);
    expect(problems).toEqual(['the user is alice with groups demo:viewers, and should be nobody']);
  });
});

test('the kubeconfig has kubectl run the plugin for all but the token of long ago', async () => {
  const { kubeconfig } = await show('login', GOOD, granted);
  const { users } = parse(kubeconfig);
  expect(users.map(({ name }: { name: string }) => name)).toEqual([
    'alice',
    'forger',
    'alice-expired',
    'bob',
  ]);
  expect(users[0].user.exec).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    command: '/usr/bin/node',
    args: ['/iam-bridge.js', 'get-token', '--cluster-name', 'demo', '--region', 'eu-west-1'],
    interactiveMode: 'Never',
  });
  const url = Buffer.from(users[2].user.token.replace('k8s-aws-v1.', ''), 'base64url').toString();
  expect(url).toContain('X-Amz-Date=20251231T234000Z');
});
