import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteWord } from '../../src/base/shell.ts';
import { renderGenerated } from '../../src/commands/trust/generate.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import {
  checkIssuer,
  readTrustInputs,
  type TrustInputs,
  type TrustPlan,
} from '../../src/trust/generate/inputs.ts';
import { generateTrust } from '../../src/trust/generate.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { ISSUER, PROVIDER, policy, read, request, statement } from '../support/trust/base.ts';

const inputs: TrustInputs = {
  serviceAccount: 'demo/s3-echoer',
  issuer: ISSUER,
  account: '111122223333',
  audience: 'sts.amazonaws.com',
  partition: 'aws',
};

function plan(changes: Partial<TrustInputs> = {}): TrustPlan {
  const reading = readTrustInputs({ ...inputs, ...changes });
  if (reading.kind === 'problems') throw new Error(reading.problems.join());
  return reading.plan;
}

const eks = 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

describe('what is generated for a ServiceAccount', () => {
  test('is a policy that lets it in, and has nothing for the linter', () => {
    const generated = generateTrust(plan());
    expect(generated).toMatchObject({ policy: policy(statement()), providerArn: PROVIDER });
    expect(evaluateTrust(read(generated.policy), request()).decision).toBe('allow');
    expect(lintPolicy(read(generated.policy), { issuers: [ISSUER] })).toEqual([]);
  });

  test('are commands for the AWS CLI, whose policy is the same', () => {
    const text = renderGenerated(generateTrust(plan({ audience: 'my-aud', roleName: 'my.role' })));
    expect(text).toContain(
      `aws iam create-open-id-connect-provider \\\n  --url ${ISSUER} \\\n  --client-id-list my-aud\n`,
    );
    expect(text).toContain(
      'aws iam create-role \\\n  --role-name my.role \\\n  --assume-role-policy-document file://trust-policy.json',
    );
    expect(text).toContain(
      'kubectl annotate serviceaccount s3-echoer \\\n  --namespace demo \\\n  eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/my.role\n',
    );
    const document = /<<'EOF'\n(.*?)\nEOF/s.exec(text)?.[1] ?? '';
    expect(JSON.parse(document)).toEqual(generateTrust(plan({ audience: 'my-aud' })).policy);
  });

  test('are commands that a shell takes apart as they are meant', () => {
    for (const { commands } of generateTrust(plan()).aws) {
      for (const command of commands.filter((line) => !line.startsWith('cat'))) {
        const words = execFileSync('sh', ['-c', `set -- ${command}\nprintf '%s\\n' "$@"`], {
          encoding: 'utf8',
        });
        expect(words.trimEnd().split('\n')).toEqual(command.replaceAll('\\\n', ' ').split(/\s+/));
      }
    }
  });

  test('is eksctl’s way for a cluster of EKS only', () => {
    expect(generateTrust(plan())).not.toHaveProperty('eksctl');
    expect(renderGenerated(generateTrust(plan()))).toContain(
      'for clusters of EKS only, and the issuer is of none',
    );
    const text = renderGenerated(generateTrust(plan({ issuer: eks })));
    expect(text).toContain(
      'eksctl utils associate-iam-oidc-provider \\\n  --cluster "$CLUSTER" \\\n  --region eu-west-1 \\\n  --approve',
    );
    expect(text).toContain('--attach-role-arn arn:aws:iam::111122223333:role/s3-echoer');
  });

  test('is Terraform with nothing that it would take for a template', () => {
    const { terraform } = generateTrust(plan({ audience: `a%{b}` }));
    expect(terraform).toContain('"a%%{b}"');
    expect(terraform).toContain(`url            = "${ISSUER}"`);
    expect(terraform).toContain('aws_iam_openid_connect_provider.cluster.arn');
    expect(generateTrust(plan({ roleName: '1.a' })).terraform).toContain('resource "aws_iam_role" "_1_a"');
  });
});

describe('the inputs', () => {
  test('have all of their problems told at once, each with its option', () => {
    const reading = readTrustInputs({
      serviceAccount: 'Demo/x',
      issuer: 'http://x',
      account: '1',
      audience: 'a b',
      partition: 'gcp',
    });
    const options =
      reading.kind === 'problems' ? reading.problems.map((problem) => problem.split(' ')[0]) : [];
    expect(options).toEqual(['--service-account', '--issuer', '--account', '--audience', '--partition']);
  });

  test('ask for a role name where the ServiceAccount’s is too long for one', () => {
    const serviceAccount = `demo/${'a'.repeat(65)}`;
    expect(readTrustInputs({ ...inputs, serviceAccount })).toMatchObject({
      problems: [expect.stringContaining('--role-name')],
    });
    expect(readTrustInputs({ ...inputs, serviceAccount, roleName: 'x' })).toMatchObject({ kind: 'plan' });
  });

  test.each([
    'demo',
    'demo/',
    '/x',
    'demo/x/y',
    'de.mo/x',
    'demo/X',
    `demo/${'x'.repeat(254)}`,
    'demo/a..b',
    'demo/x\n',
  ])('refuse the ServiceAccount %j', (serviceAccount) => {
    expect(readTrustInputs({ ...inputs, serviceAccount })).toMatchObject({ kind: 'problems' });
  });

  const issuers: [string, string | undefined][] = [
    ['https://h.example', undefined],
    ['https://h.example/', undefined],
    ['https://h.example/a/b', undefined],
    ['http://h.example', 'does not begin with https://'],
    ['HTTPS://h.example', 'does not begin with https://'],
    ['h.example', 'does not begin with https://'],
    ['https://h.example?x', 'has a query'],
    ['https://h.example/?', 'has a query'],
    ['https://h.example/#', 'has a fragment'],
    ['https://h.example:443/a', 'has a port'],
    ['https://h.example:8443', 'has a port'],
    ['https://127.0.0.1:8443/a', undefined],
    ['https://localhost:8443', undefined],
    ['https://[::1]:8443', undefined],
    ['https://127.0.0.1.h.example:8443', 'has a port'],
    ['https://localhost.example:8443', 'has a port'],
    ['https://a:b@h.example', 'has a user name'],
    ['https://', 'is no URL'],
    ['https://h.example/a b', 'is no URL'],
    [' https://h.example', 'does not begin with https://'],
    ['https://h.example/\\..', 'is no URL'],
    ['https://h.example/*', 'is no URL'],
    [`https://h.example/${'a'.repeat(238)}`, 'longer than the 255 characters'],
  ];
  test.each(issuers)('issuer %s: %s', (issuer, problem) => {
    const problems = checkIssuer(issuer);
    if (problem === undefined) expect(problems).toEqual([]);
    else expect(problems.join()).toContain(problem);
  });

  test('that are taken give a policy that lets the ServiceAccount in', () => {
    const paths = fc.stringMatching(/^(\/[\w.~%-]{1,8}){0,3}\/?$/);
    const audiences = fc.stringMatching(/^[!-~]{1,20}$/);
    fc.assert(
      fc.property(paths, audiences, (path, audience) => {
        const issuer = `https://h.example${path}`;
        const reading = readTrustInputs({ ...inputs, issuer, audience });
        fc.pre(reading.kind === 'plan');
        const { caller } = reading.plan;
        const token = { sub: caller.sub, audience, originalAudiences: [audience] };
        const asked = request({ provider: caller.provider, token });
        expect(evaluateTrust(read(generateTrust(reading.plan).policy), asked).decision).toBe('allow');
      }),
      { numRuns: 100 },
    );
  });

  test('are words for a shell whatever they are', () => {
    expect(quoteWord('a/b:c')).toBe('a/b:c');
    expect(quoteWord("it's $HOME")).toBe(`'it'\\''s $HOME'`);
    expect(quoteWord('')).toBe("''");
  });
});
