import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTree } from '../support/commands/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-trust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = 'examples/s3-echoer/trust-policy.json';
const broken = 'examples/s3-echoer/broken-trust-policy.json';
const issuer = 'https://issuer.example/clusters/demo';
const caller = ['--service-account', 'demo/s3-echoer', '--issuer', issuer];

const evaluate = (...words: string[]): ReturnType<typeof runTree> => runTree(['trust', 'eval', ...words]);

const claims = {
  iss: issuer,
  sub: 'system:serviceaccount:demo:s3-echoer',
  aud: ['sts.amazonaws.com'],
  exp: 1,
  iat: 1,
};
const SIGNATURE = 'c2lnbmF0dXJlLW9mLXNlY3JldA';
const token = (changes: Record<string, unknown> = {}): string =>
  ['{"alg":"RS256"}', JSON.stringify({ ...claims, ...changes })]
    .map((part) => Buffer.from(part).toString('base64url'))
    .concat(SIGNATURE)
    .join('.');

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The policy that lets in the caller alone. */
async function generatePolicy(): Promise<string> {
  const words = ['trust', 'generate', ...caller, '--account', '111122223333', '-o', 'policy'];
  return (await runTree(words)).stdout;
}

describe('trust eval', () => {
  test('allows: exit code 0', async () => {
    const { code, stdout: out, stderr: err } = await evaluate('--policy', good, ...caller);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('ALLOW  "system:serviceaccount:demo:s3-echoer" may assume the role.');
    expect(out).toContain("Note: account 111122223333 is the policy's own word");
  });

  test('denies: exit code 1, with each condition, the remedy and a corrected policy', async () => {
    const { code, stdout: out } = await evaluate('--policy', broken, ...caller, '--account', '111122223333');
    expect(code).toBe(1);
    expect(out).toContain(
      '      expected  system:serviceaccount:demo:*\n      actual    system:serviceaccount:demo:s3-echoer\n      → StringEquals takes * and ?',
    );
    const corrected = out.slice(out.indexOf('\n{\n'), out.lastIndexOf('\n}\n') + 2);
    const file = write('corrected.json', corrected);
    expect(await evaluate('--policy', file, ...caller)).toMatchObject({ code: 0 });
    expect(out).not.toContain('own word');
  });

  test('shows nothing of a token that a terminal would obey', async () => {
    for (const changes of [
      { iss: 'https://h.example/\u001b[2J\u009b' },
      { sub: '\u001b[2J' },
      { aud: '\u009b' },
    ]) {
      const {
        code,
        stdout: out,
        stderr: err,
      } = await evaluate('--policy', good, '--token', write('evil.jwt', token(changes)));
      expect([code, out + err]).toEqual([1, expect.stringMatching(/^[ -~\n✔✘→?]+$/)]);
    }
  });

  test('shows a correction whose values a terminal does not obey, and which means the same', async () => {
    const evil = 'x\u009b2J\u202e\u001b[2J';
    const document = JSON.parse(readFileSync(broken, 'utf8'));
    const [first] = document.Statement;
    document.Statement.push({
      ...first,
      Sid: 'Other',
      Condition: { StringEquals: { 'aws:FederatedProvider': evil } },
    });
    const text = JSON.stringify(document);
    const { stdout: out } = await evaluate('--policy', write('evil.json', text), ...caller);
    expect(out).toContain('x\\u009b2J');
    expect(out).toMatch(/^[ -~\n✔✘→?]+$/);
    const shown = await evaluate('--policy', write('evil.json', text), ...caller, '-o', 'json');
    const corrected = out.slice(out.indexOf('\n{\n'), out.lastIndexOf('\n}\n') + 2);
    expect(JSON.parse(corrected)).toEqual(JSON.parse(shown.stdout).fix.policy);
  });

  test('says where the verdict depends on what only AWS knows: exit code 1', async () => {
    const { code, stdout: out } = await evaluate(
      '--policy',
      good,
      ...caller,
      '--role-arn',
      'arn:aws-cn:iam::444455556666:role/x',
    );
    expect(code).toBe(1);
    expect(out).toContain('the provider is in account 444455556666, not 111122223333');
    const policy = JSON.parse(
      (await runTree(['trust', 'generate', ...caller, '--account', '111122223333', '-o', 'policy'])).stdout,
    );
    policy.Statement[0].Condition.IpAddress = { 'aws:SourceIp': '198.51.100.0/24' };
    const file = write('address.json', JSON.stringify(policy));
    expect(await evaluate('--policy', file, ...caller)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('IT DEPENDS  Whether'),
    });
    expect(await evaluate('--policy', file, ...caller, '--source-ip', '198.51.100.7')).toMatchObject({
      code: 0,
    });
    expect(await evaluate('--policy', file, ...caller, '--source-vpce', 'vpce-1')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('a call through a VPC endpoint of STS has no aws:SourceIp'),
    });
  });

  test('holds session name and duration against the policy', async () => {
    const policy = JSON.parse(
      (await runTree(['trust', 'generate', ...caller, '--account', '111122223333', '-o', 'policy'])).stdout,
    );
    policy.Statement[0].Condition.StringLike = { 'sts:RoleSessionName': 'app-*' };
    policy.Statement[0].Condition.NumericLessThanEquals = { 'sts:DurationSeconds': 3600 };
    const file = write('session.json', JSON.stringify(policy));
    expect(
      await evaluate('--policy', file, ...caller, '--session-name', 'app-1', '--duration', '3600'),
    ).toMatchObject({ code: 0 });
    expect(
      await evaluate('--policy', file, ...caller, '--session-name', 'app-1', '--duration', '3601'),
    ).toMatchObject({ code: 1 });
    expect(
      await evaluate('--policy', file, ...caller, '--session-name', 'x1', '--duration', '3600'),
    ).toMatchObject({ code: 1 });
  });

  test('holds another audience against the policy', async () => {
    const { code, stdout: out } = await evaluate('--policy', good, ...caller, '--audience', 'vault');
    expect({ code, asked: out.includes('audience  vault') }).toEqual({ code: 1, asked: true });
  });

  test('takes the claims of a token, of which it prints nothing else', async () => {
    const file = write('token', `${token()}\n`);
    const { code, stdout: out, stderr: err } = await evaluate('--policy', good, '--token', file);
    expect(code).toBe(0);
    expect(out).toContain('the token was only decoded: iam-bridge verify judges its signature');
    for (const part of token().split('.')) expect(out + err).not.toContain(part);
  });

  test('takes the token, or the policy, from standard input', async () => {
    expect(
      await runTree(['trust', 'eval', '--policy', good, '--token', '-'], { input: token() }),
    ).toMatchObject({
      code: 0,
    });
    const out = await generatePolicy();
    expect(
      await runTree(['trust', 'eval', '--policy', '-', ...caller], { input: `\ufeff${out}` }),
    ).toMatchObject({
      code: 0,
    });
  });

  test('holds the roles of a token against the role', async () => {
    const file = write(
      'roles',
      token({ 'https://aws.amazon.com/roles': ['arn:aws:iam::111122223333:role/a'] }),
    );
    expect(await evaluate('--policy', good, '--token', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give --role-arn'),
    });
    expect(
      await evaluate('--policy', good, '--token', file, '--role-arn', 'arn:aws:iam::111122223333:role/a'),
    ).toMatchObject({ code: 0 });
    const other = await evaluate(
      '--policy',
      good,
      '--token',
      file,
      '--role-arn',
      'arn:aws:iam::111122223333:role/b',
    );
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'lists the roles that it is for, and arn:aws:iam::111122223333:role/b is none of them',
      ),
    });
  });

  test('says what STS has against a token before it asks the policy: exit code 1', async () => {
    const file = write('audiences', token({ aud: ['sts.amazonaws.com', 'x'] }));
    expect(await evaluate('--policy', good, '--token', file)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'iam-bridge trust eval: STS refuses the token before it asks the policy: it has more than one audience and no azp: ask for a token with one audience\n',
    });
  });

  test.each([
    ['it has no claim sub, exp', { sub: undefined, exp: undefined }],
    ['one of its claims iss, sub, aud, exp, iat is not of the type', { aud: 7 }],
    ['a session tag must be', { 'https://aws.amazon.com/tags': { principal_tags: { 'aws:x': ['y'] } } }],
  ])('says of a token: %s', async (problem, changes) => {
    const file = write('odd-token', token(changes));
    expect(await evaluate('--policy', good, '--token', file)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(problem),
    });
  });

  test('judges the tags of a token by sts:TagSession', async () => {
    const file = write(
      'tags',
      token({ 'https://aws.amazon.com/tags': { principal_tags: { team: ['red'] } } }),
    );
    expect(await evaluate('--policy', good, '--token', file)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no statement allows sts:TagSession'),
    });
  });

  test('prints one JSON document', async () => {
    const { code, stdout: out } = await evaluate('--policy', broken, ...caller, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      decision: 'deny',
      explicitDeny: false,
      caller: {
        sub: 'system:serviceaccount:demo:s3-echoer',
        audience: 'sts.amazonaws.com',
        provider: { url: issuer },
      },
      statements: [{ conditions: [{ nearMiss: { kind: 'wildcard-under-equals' } }, { matches: 'yes' }] }],
      fix: { changes: [expect.any(String)], policy: { Version: '2012-10-17' } },
    });
  });

  test('refuses a policy that IAM refuses: exit code 2, with all of its problems', async () => {
    const file = write(
      'invalid.json',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Resource":"*"}]}',
    );
    const { code, stdout: out } = await evaluate('--policy', file, ...caller);
    expect(code).toBe(2);
    for (const text of [
      'INVALID',
      '/Statement/0/Effect: its object has this member twice',
      '/Statement/0/Resource',
      'it has no Principal',
    ])
      expect(out).toContain(text);
    const json = await evaluate('--policy', file, ...caller, '-o', 'json');
    expect({ code: json.code, ...JSON.parse(json.stdout) }).toMatchObject({
      code: 2,
      decision: 'invalid',
      problems: [{ pointer: '/Statement/0/Effect' }, {}, {}, {}],
    });
  });

  test('warns of who else gets in by a policy that allows', async () => {
    const out = await generatePolicy();
    const file = write(
      'open.json',
      out.replace('"StringEquals"', '"StringLike"').replace('demo:s3-echoer', '*'),
    );
    expect(await evaluate('--policy', file, ...caller)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('lets in every ServiceAccount of the cluster'),
    });
  });

  const usage: [string, string[], string][] = [
    ['nothing', [], "required option '--policy <file>' not specified"],
    ['no caller', ['--policy', good], 'say who asks: give --token FILE, or --service-account and --issuer'],
    ['no issuer', ['--policy', good, '--service-account', 'a/b'], '--issuer is missing'],
    [
      'two callers',
      ['--policy', good, '--token', 'x', ...caller],
      '--token says all that --service-account and --issuer would',
    ],
    ['two times -', ['--policy', '-', '--token', '-'], 'only one of --policy and --token can be -'],
    ['no such file', ['--policy', '/no/such', ...caller], '--policy: there is no file /no/such'],
    ['a folder', ['--policy', '/', ...caller], '--policy: / is a folder: give the file in it'],
    ['a file without an end', ['--policy', '/dev/zero', ...caller], '--policy: /dev/zero is longer than'],
    ['a file that is no token', ['--policy', good, '--token', good], '--token: it is no JWT'],
    ['an account', ['--policy', good, ...caller, '--account', '1'], '--account is no AWS account'],
    ['a role', ['--policy', good, ...caller, '--role-arn', 'x'], '--role-arn is no role'],
    ['a duration', ['--policy', good, ...caller, '--duration', '899'], '--duration is no duration'],
    ['a session name', ['--policy', good, ...caller, '--session-name', 'a b'], '--session-name is none'],
    [
      'an address',
      ['--policy', good, ...caller, '--source-ip', '10.0.0.0/8'],
      '--source-ip is no IP address',
    ],
    ['an endpoint', ['--policy', good, ...caller, '--source-vpce', 'x'], '--source-vpce is no VPC endpoint'],
    ['a format', ['--policy', good, ...caller, '-o', 'yaml'], "argument 'yaml' is invalid"],
  ];
  test.each(usage)('says what is wrong with how it was called: %s', async (_, words, problem) => {
    const { code, stdout: out, stderr: err } = await evaluate(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(problem);
  });

  test('says all that is wrong at once', async () => {
    const { stderr: err } = await evaluate(
      '--policy',
      good,
      '--service-account',
      'x',
      '--issuer',
      'http://x',
      '--account',
      'y',
    );
    expect(err.trimEnd().split('\n')).toHaveLength(3);
  });
});

describe('a policy as IAM hands it out, URL-encoded', () => {
  const policy = encodeURIComponent(readFileSync(broken, 'utf8'));

  test('is judged, and said to be', async () => {
    const file = write('encoded.txt', policy);
    expect(await evaluate('--policy', file, ...caller)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('StringEquals takes * and ?'),
      stderr:
        'iam-bridge trust eval: the policy is URL-encoded, as IAM’s API gives it: it was read decoded\n',
    });
  });

  test('has places in what it stands for', async () => {
    expect(await runTree(['trust', 'lint', '--policy', '-', '-o', 'json'], { input: policy })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"line": 13'),
      stderr: expect.stringContaining('URL-encoded'),
    });
  });
});

describe('trust lint', () => {
  test('finds nothing: exit code 0', async () => {
    expect(await runTree(['trust', 'lint', '--policy', good, '--issuer', issuer])).toEqual({
      code: 0,
      stderr: '',
      stdout: `✔ ${good}: nothing found\n`,
    });
  });

  test('finds something as bad as --fail-on: exit code 1', async () => {
    const lint = (...words: string[]): ReturnType<typeof runTree> =>
      runTree(['trust', 'lint', '--policy', broken, ...words]);
    expect(await lint()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`wildcard-under-equals  ${broken}:13:11`),
    });
    expect(await lint('--fail-on', 'critical')).toMatchObject({ code: 0 });
    expect(await lint('--fail-on', 'high')).toMatchObject({ code: 1 });
    expect(await lint('--fail-on', 'awful')).toMatchObject({ code: 2 });
    expect(await lint('--issuer', 'http://x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--issuer does not begin with https://'),
    });
  });

  test('prints JSON and SARIF', async () => {
    const json = await runTree(['trust', 'lint', '--policy', broken, '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      file: broken,
      findings: [{ code: 'wildcard-under-equals', place: { line: 13 } }],
    });
    const sarif = await runTree(['trust', 'lint', '--policy', broken, '-o', 'sarif']);
    expect(JSON.parse(sarif.stdout)).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'wildcard-under-equals' }] }],
    });
  });

  test('tells of a policy that IAM refuses in every form: exit code 2', async () => {
    for (const output of [[], ['-o', 'json'], ['-o', 'sarif']]) {
      const { code, stdout: out } = await runTree(['trust', 'lint', '--policy', '-', ...output], {
        input: '{"Version":"2012-10-17",\n"Version":"x"}',
      });
      expect(code).toBe(2);
      expect(out).toContain('malformed-policy');
    }
  });
});

describe('trust generate', () => {
  test.each([
    ['https://kubernetes.default.svc.cluster.local', 'a name that only the cluster knows'],
    ['https://10.96.0.1', 'a private address'],
  ])('for %s, which STS cannot reach, says so beside the policy', async (issuer, what) => {
    const words = ['--service-account', 'demo/app', '--issuer', issuer, '--account', '111122223333'];
    const { code, stdout, stderr } = await runTree(['trust', 'generate', ...words, '-o', 'policy']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { Statement: [{ Effect: 'Allow' }] }]);
    expect(stderr).toMatch(/^iam-bridge trust generate: AWS STS cannot reach the issuer: /);
    expect(stderr).toContain(`is ${what}. Serve its two documents at a public https URL`);
  });

  test('prints all three ways', async () => {
    const { code, stdout: out } = await runTree([
      'trust',
      'generate',
      ...caller,
      '--account',
      '111122223333',
    ]);
    expect(code).toBe(0);
    for (const text of ['aws iam create-role', 'eksctl', 'aws_iam_role']) expect(out).toContain(text);
  });

  test('prints one of them alone', async () => {
    const generate = (format: string): ReturnType<typeof runTree> =>
      runTree([
        'trust',
        'generate',
        ...caller,
        '--account',
        '111122223333',
        '--partition',
        'aws-cn',
        '-o',
        format,
      ]);
    expect(JSON.parse((await generate('policy')).stdout)).toMatchObject({ Statement: [{ Effect: 'Allow' }] });
    expect(JSON.parse((await generate('json')).stdout)).toMatchObject({
      roleArn: 'arn:aws-cn:iam::111122223333:role/s3-echoer',
    });
    expect((await generate('terraform')).stdout).toMatch(/^resource "aws_iam_openid_connect_provider"/);
  });

  test('says what is wrong: exit code 2', async () => {
    const { code, stderr: err } = await runTree([
      'trust',
      'generate',
      '--service-account',
      'x',
      '--issuer',
      'https://h.example:1',
      '--account',
      '1',
    ]);
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toHaveLength(3);
  });
});

describe('help', () => {
  test.each(['eval', 'lint', 'generate'])('of trust %s has an example and the exit codes', async (name) => {
    const { code, stdout: out } = await runTree(['trust', name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`  iam-bridge trust ${name} --`);
    expect(out).toContain('Exit codes: 0');
  });
});
