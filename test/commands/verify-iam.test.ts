import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_RULES } from '../../src/authenticator/token/rules.ts';
import { runAwsIamAuthenticator } from '../../src/commands/aws-iam-authenticator/command.ts';
import { runCommandTree } from '../../src/commands/tree.ts';
import {
  type LocalSts,
  startLocalSts,
  toRoleArn,
  toSession,
  toUser,
} from '../support/authenticator/local-sts.ts';
import { CLUSTER, signToken } from '../support/authenticator/tokens.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { refusal } from '../support/kube/answers.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '../support/kube/scripted-server.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const DEV = toSession('Dev', 'jane@example.com');
const BOB = toUser('bob');

let workspace: Workspace;
let sts: LocalSts;
let network: readonly string[];

beforeAll(async () => {
  workspace = createWorkspace();
  sts = await startLocalSts([DEV, BOB]);
  network = [`--ca=${workspace.write('aws.pem', sts.authority)}`, `--sts-address=127.0.0.1:${sts.port}`];
});
afterAll(async () => {
  await sts.stop();
  await workspace.remove();
});

const sign = (change: Parameters<typeof signToken>[0] = {}): string =>
  signToken({ keys: DEV, at: Date.now(), ...change });

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: Readonly<Record<string, unknown>>;
}

async function verify(words: readonly string[], input = '', isGo = false): Promise<Run> {
  const { surroundings, written } = createSurroundings({ input });
  const code = isGo
    ? await runAwsIamAuthenticator(['verify', ...words], surroundings)
    : await runCommandTree(['verify', ...words], surroundings);
  for (const secret of words.concat(input).filter((word) => word.length > 100))
    expect(written.stdout + written.stderr).not.toContain(secret.slice(20, 90));
  const json = written.stdout.startsWith('{') ? JSON.parse(written.stdout) : {};
  return { code, ...written, json };
}

describe('a token that is accepted', () => {
  const expected = {
    ARN: DEV.principal.arn,
    CanonicalARN: toRoleArn('Dev'),
    AccountID: '111122223333',
    UserID: DEV.principal.userId.split(':')[0],
    SessionName: 'jane@example.com',
    AccessKeyID: DEV.accessKeyId,
    STSEndpoint: 'sts.us-west-2.amazonaws.com',
    valid: true,
  };

  test.each([
    ['as the argument', (token: string) => [[token, '-i', CLUSTER, '-o', 'json', ...network], ''] as const],
    ['by -t', (token: string) => [['-t', token, '-i', CLUSTER, '-o', 'json', ...network], ''] as const],
    [
      'by standard input',
      (token: string) => [['-', '-i', CLUSTER, '-o', 'json', ...network], `${token}\n`] as const,
    ],
    [
      'in a file',
      (token: string) =>
        [
          ['--token-file', workspace.write('token', token), '-i', CLUSTER, '-o', 'json', ...network],
          '',
        ] as const,
    ],
    [
      'in an ExecCredential',
      (token: string) =>
        [
          ['-', '-i', CLUSTER, '-o', 'json', ...network],
          JSON.stringify({ kind: 'ExecCredential', status: { token } }),
        ] as const,
    ],
  ])('%s is told with the names of the Go program, and each check', async (_, toLine) => {
    const [words, input] = toLine(sign());
    const { code, json } = await verify(words, input);
    expect(code).toBe(0);
    expect(json).toMatchObject(expected);
    expect(json['checks']).toEqual(
      TOKEN_RULES.map(({ name, source }) => ({ rule: name, source, outcome: 'passed' })),
    );
  });

  test.each([true, false])('takes all flags of the Go program, under its name or ours: %j', async (isGo) => {
    const common = ['-l', 'json', '-v=debug', '--feature-gates', 'SSORoleMatch=false', '--partition', 'aws'];
    const words = [...common, '-t', sign(), '-i', CLUSTER, '-o', 'json', ...network];
    expect(await verify(words, '', isGo)).toMatchObject({ code: 0, json: expected, stderr: '' });
  });

  test('is the same under the name of the Go program', async () => {
    const words = ['-t', sign(), '-i', CLUSTER, '-o=json', '--partition=aws', ...network];
    expect(await verify(words, '', true)).toMatchObject({ code: 0, json: expected, stderr: '' });
  });

  test('is told as text, with its times', async () => {
    const { code, stdout, stderr } = await verify([sign(), '-i', CLUSTER, ...network]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/✔ host .*\n/);
    expect(stdout).toContain(`accepted: ${DEV.principal.arn}`);
    expect(stdout).toMatch(/signed at \d{4}-.*Z for sts\.us-west-2\.amazonaws\.com by ASIA/);
  });

  test('is judged by its form alone under --offline, as of any time', async () => {
    const before = sts.calls.length;
    const words = [
      sign({ at: Date.UTC(2026, 1, 1) }),
      '--offline',
      '-o',
      'json',
      '--at',
      '2026-02-01T00:10:00Z',
    ];
    const { code, json } = await verify(words);
    expect([code, json['valid'], json['ARN'], sts.calls.length]).toEqual([0, true, undefined, before]);
    expect(json['expiresAt']).toBe('2026-02-01T00:15:00Z');
  });
});

describe('a token that is refused', () => {
  test.each([
    ['for another cluster', () => sign({ cluster: 'other' }), 'signature-mismatch', /another cluster ID/],
    [
      'that has expired',
      () => sign({ at: Date.now() - 1_200_000 }),
      'token-expired',
      /more than 15 minutes ago/,
    ],
    [
      'of a clock ahead',
      () => sign({ at: Date.now() + 1_200_000 }),
      'token-not-yet-valid',
      /ahead of this clock/,
    ],
    ['of a key that nobody knows', () => sign({ keys: toUser('eve') }), 'sts-key-unknown', /access key/],
    [
      'for another action',
      () => sign({ action: 'GetSessionToken' }),
      'action-not-allowed',
      /GetCallerIdentity/,
    ],
    ['that is padded', () => `${sign()}=`, 'not-base64url', /base64url/],
  ])('%s is told with its reason', async (_, toToken, reason, meaning) => {
    const { code, json, stderr } = await verify([toToken(), '-i', CLUSTER, '-o', 'json', ...network]);
    expect([code, json['valid'], json['reason']]).toEqual([1, false, reason]);
    expect(stderr).toMatch(/^iam-bridge verify: refused \([a-z0-9-]+\): [^\n]+\n$/);
    expect(stderr).toMatch(meaning);
  });

  test('because STS cannot be asked is another exit code, and 1 under the name of the Go program', async () => {
    const words = ['-t', sign(), '-i', CLUSTER, '-o', 'json', '--sts-address=127.0.0.1:1'];
    expect(await verify(words)).toMatchObject({ code: 3, json: { reason: 'sts-unreachable' } });
    expect(await verify(words, '', true)).toMatchObject({ code: 1, json: { valid: false } });
  });
});

describe('the mapping', () => {
  const roles = `- {rolearn: "${toRoleArn('Dev')}", username: "dev:{{SessionName}}", groups: [viewers]}`;
  const asManifest = (): string =>
    workspace.write(
      'aws-auth.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n    ${roles}\n`,
    );

  test.each([
    ['a manifest of aws-auth', asManifest, 'EKSConfigMap mapRoles[0]'],
    [
      'a configuration of the server',
      () => workspace.write('server.yaml', `server:\n  mapRoles:\n  ${roles}\n`),
      'MountedFile mapRoles[0]',
    ],
    [
      'one in TOML',
      () =>
        workspace.write(
          'server.toml',
          `[[server.mapRoles]]\nrolearn = "${toRoleArn('Dev')}"\nusername = "dev:{{SessionName}}"\ngroups = ["viewers"]\n`,
        ),
      'MountedFile mapRoles[0]',
    ],
  ])('of %s makes a user', async (_, write, origin) => {
    const { code, json } = await verify([
      sign(),
      '-i',
      CLUSTER,
      '-o',
      'json',
      '--mapping',
      write(),
      ...network,
    ]);
    expect([code, json['mapping']]).toEqual([
      0,
      { username: 'dev:jane-example.com', groups: ['viewers'], origin },
    ]);
  });

  describe('of a cluster', () => {
    let server: ScriptedServer;
    afterEach(() => server.close());

    /** A cluster that serves no IAMIdentityMapping. */
    async function verifyThere(awsAuth: Answer): Promise<Run> {
      server = await startScriptedServer([awsAuth, refusal(404, '')]);
      const kubeconfig = workspace.write(
        'kubeconfig',
        `{current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: {}}], clusters: [{name: a, cluster: {server: "${server.url}"}}]}`,
      );
      const words = ['--mapping', 'cluster', '--kubeconfig', kubeconfig];
      return await verify([sign(), '-i', CLUSTER, '-o', 'json', ...words, ...network]);
    }

    test('makes a user', async () => {
      const object = { metadata: { name: 'aws-auth' }, data: { mapRoles: roles } };
      const { code, json, stderr } = await verifyThere({
        kind: 'whole',
        status: 200,
        body: JSON.stringify(object),
      });
      expect([code, json['mapping']]).toMatchObject([0, { username: 'dev:jane-example.com' }]);
      expect(stderr).toMatch(/^iam-bridge verify: IAMIdentityMappings of the cluster: [^\n]+\n$/);
    });

    test('that may not be read is no answer', async () => {
      const { code, json, stderr } = await verifyThere(refusal(403, 'forbidden'));
      expect([code, json['mapping']]).toMatchObject([3, { reason: 'source-unknown' }]);
      expect(stderr).toContain('missing right: get on configmaps named aws-auth');
    });
  });

  test('that names somebody else makes none, and says so', async () => {
    const words = [sign({ keys: BOB }), '-i', CLUSTER, '--mapping', asManifest(), ...network];
    const { code, stdout } = await verify(words);
    expect([code, stdout]).toEqual([1, expect.stringContaining('nobody (unmapped): No mapping')]);
    expect(stdout).toContain(`accepted: ${BOB.principal.arn}`);
  });

  test('that cannot be read is a mistake', async () => {
    const words = [sign(), '-i', CLUSTER, '--mapping', '/nowhere.yaml', ...network];
    const { code, stderr } = await verify(words);
    expect([code, stderr]).toEqual([2, 'iam-bridge verify: --mapping: there is no file /nowhere.yaml\n']);
  });
});

describe('usage', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln';
  test.each([
    ['no cluster', () => [sign()], /no cluster ID: give --cluster-id/],
    [
      'flags of JWTs',
      () => [sign(), '-i', CLUSTER, '--issuer', 'https://x'],
      /--issuer: for web identity tokens/,
    ],
    [
      'flags of IAM tokens',
      () => [jwt, '-i', CLUSTER],
      /--cluster-id: for tokens that begin with k8s-aws-v1/,
    ],
    [
      'a mapping and nobody asked',
      () => [sign(), '--offline', '--mapping', 'x'],
      /--mapping needs the answer of STS/,
    ],
    ['an unknown partition', () => [sign(), '-i', CLUSTER, '--partition', 'x'], /--partition is none of AWS/],
  ])('%s', async (_, toWords, problem) => {
    const { code, stdout, stderr } = await verify(toWords());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(problem);
  });

  test('without a token ends with 1 under the name of the Go program', async () => {
    const { code, stderr } = await verify(['-i', CLUSTER], '', true);
    expect([code, stderr]).toEqual([1, expect.stringContaining('there is no token')]);
  });
});
