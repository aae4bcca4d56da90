import { describe, expect, test } from 'vitest';
import { lintPolicy } from '../../src/trust/lint.ts';
import {
  AUDIENCE,
  aud,
  both,
  ISSUER,
  KEY,
  OTHER,
  OTHER_KEY,
  PROVIDER,
  policy,
  read,
  type StatementParts,
  SUBJECT,
  statement,
  sub,
} from '../support/trust/base.ts';

const SAML = 'arn:aws:iam::111122223333:saml-provider/corp';

function lint(statements: unknown, issuers: readonly string[] = [ISSUER]): string[] {
  const document = policy(...[statements].flat());
  return lintPolicy(read(document), { issuers }).map(({ code, severity }) => `${severity} ${code}`);
}
const when = (condition: unknown, changes: object = {}): unknown =>
  statement({ Condition: condition, ...changes });

describe('a statement that no token can meet is named: its action', () => {
  test.each([
    ['AssumeRole', { Action: 'sts:AssumeRole' }],
    ['AssumeRoleWithSAML', { Action: 'sts:AssumeRoleWithSAML' }],
    ['both of them', { Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML'] }],
    ['SetContext', { Action: 'sts:SetContext' }],
    ['a pattern', { Action: 'sts:AssumeRoleWithS*' }],
    ['in another case', { Action: 'STS:ASSUMEROLE' }],
    [
      'everything but what is needed',
      { Action: undefined, NotAction: ['sts:AssumeRoleWith*', 'sts:*Session', 'sts:Set*'] },
    ],
    ['two providers', { Action: 'sts:AssumeRole', Principal: { Federated: [PROVIDER, PROVIDER] } }],
  ])('%s', (_, changes) => {
    expect(lint(statement(changes))).toContain('high action-of-no-token');
  });

  test.each([
    [
      'a role that is shared with AWS principals',
      { Action: 'sts:AssumeRole', Principal: { Federated: PROVIDER, AWS: '444455556666' } },
    ],
    [
      'one that is shared with a SAML provider',
      { Action: 'sts:AssumeRoleWithSAML', Principal: { Federated: [PROVIDER, SAML] } },
    ],
    ['tags alone', { Action: 'sts:TagSession' }],
    ['a source identity alone', { Action: 'sts:SetSourceIdentity' }],
    ['both ways', { Action: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'] }],
    [
      'AWS principals alone',
      {
        Action: 'sts:AssumeRole',
        Principal: { AWS: '444455556666' },
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      },
    ],
    [
      'a service',
      { Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' }, Condition: undefined },
    ],
    ['a Deny', { Effect: 'Deny', Action: 'sts:AssumeRole' }],
  ])('but stays clean: %s', (_, changes) => {
    expect(lint(statement(changes))).toEqual([]);
  });
});

describe('a statement that no token can meet is named: its principal', () => {
  test.each([
    ['an account', { AWS: '444455556666' }],
    ['a role', { AWS: 'arn:aws:iam::444455556666:role/x' }],
    ['a service', { Service: 'ec2.amazonaws.com' }],
    ['a SAML provider', { Federated: SAML }],
    ['two kinds', { AWS: '444455556666', Service: 'ec2.amazonaws.com' }],
  ])('%s', (_, principal) => {
    expect(lint(statement({ Principal: principal }))).toEqual(['high principal-of-another-kind']);
  });

  test.each([
    [
      'with a way of its own',
      { Principal: { AWS: '444455556666' }, Action: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'] },
    ],
    ['by a pattern', { Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole*' }],
    ['beside a provider', { Principal: { AWS: '444455556666', Federated: PROVIDER } }],
    [
      'of a provider that AWS knows by name',
      {
        Principal: { Federated: 'accounts.google.com' },
        Condition: { StringEquals: { 'accounts.google.com:sub': '1', 'accounts.google.com:aud': 'x' } },
      },
    ],
  ])('but not one %s', (_, changes) => {
    expect(lint(statement(changes), [])).not.toContain('high principal-of-another-kind');
  });
});

describe('a statement that no token can meet is named: the operator of its subject', () => {
  test.each([
    ...['ArnEquals', 'ArnLike', 'NumericEquals', 'NumericLessThan', 'DateEquals', 'DateGreaterThan', 'Bool'],
    ...['IpAddress', 'ArnLikeIfExists', 'ForAnyValue:ArnEquals', 'ForAllValues:Bool'],
  ])('%s', (operator) => {
    const found = lint(when({ [operator]: { [sub]: SUBJECT }, StringEquals: { [aud]: AUDIENCE } }));
    expect(found).toContain('high operator-of-another-type');
    expect(found).not.toContain('critical no-subject');
  });

  test.each(['StringEquals', 'StringLike', 'StringEqualsIgnoreCase', 'StringEqualsIfExists', 'BinaryEquals'])(
    'but not %s',
    (operator) => {
      expect(lint(when({ [operator]: { [sub]: SUBJECT }, StringLike: { [aud]: AUDIENCE } }))).not.toContain(
        'high operator-of-another-type',
      );
    },
  );
});

describe('a statement that no token can meet is named: two conditions on one key', () => {
  test.each([
    ['not itself', { StringEquals: both, StringNotEquals: { [sub]: SUBJECT } }],
    ['not its pattern', { StringEquals: both, StringNotLike: { [sub]: 'system:serviceaccount:demo:*' } }],
    ['another pattern', { StringEquals: both, StringLike: { [sub]: 'system:serviceaccount:prod:*' } }],
    ['another text', { StringEquals: both, StringEqualsIgnoreCase: { [sub]: 'x' } }],
    ['another audience', { StringEquals: both, StringLike: { [aud]: 'vault*' } }],
    [
      'none of several',
      { StringEquals: { ...both, [sub]: [SUBJECT, `${SUBJECT}2`] }, StringNotLike: { [sub]: '*:demo:*' } },
    ],
    ['in another case', { StringEquals: both, StringNotEquals: { [sub.toUpperCase()]: SUBJECT } }],
    ['under a set operator', { StringEquals: both, 'ForAnyValue:StringLike': { [sub]: 'x*' } }],
    ['with IfExists', { StringEquals: both, StringLikeIfExists: { [sub]: 'x*' } }],
    [
      'three of them',
      { StringEquals: both, StringLike: { [sub]: '*' }, StringNotLike: { [sub]: '*:demo:*' } },
    ],
  ])('%s', (_, condition) => {
    expect(lint(when(condition))).toContain('high conditions-exclude-each-other');
  });

  test.each([
    [
      'one of several fits',
      {
        StringEquals: { ...both, [sub]: [SUBJECT, 'system:serviceaccount:prod:x'] },
        StringLike: { [sub]: '*:prod:*' },
      },
    ],
    [
      'patterns, which may have something in common',
      {
        StringLike: { [sub]: ['a*', 'b*'] },
        StringNotLike: { [sub]: '*c' },
        StringEquals: { [aud]: AUDIENCE },
      },
    ],
    [
      'a variable, of which nobody knows',
      { StringEquals: { [sub]: `\${aws:userid}`, [aud]: AUDIENCE }, StringLike: { [sub]: 'x*' } },
    ],
    [
      'a key of which only AWS knows',
      {
        StringEquals: { ...both, 'aws:PrincipalOrgID': 'o-1' },
        StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' },
      },
    ],
  ])('but not where %s', (_, condition) => {
    expect(lint(when(condition))).not.toContain('high conditions-exclude-each-other');
  });
});

describe('keys of two issuers at once', () => {
  const shared = (condition: unknown): unknown =>
    when(condition, { Principal: { Federated: [PROVIDER, OTHER] } });
  const issuers = [ISSUER, `https://${OTHER_KEY}`];

  test.each([
    ['of both subjects', { StringEquals: { [sub]: SUBJECT, [`${OTHER_KEY}:sub`]: SUBJECT } }],
    ['of one subject and one audience', { StringEquals: { [sub]: SUBJECT, [`${OTHER_KEY}:aud`]: AUDIENCE } }],
    [
      'under two operators',
      { StringEquals: { [sub]: SUBJECT }, StringEqualsIgnoreCase: { [`${OTHER_KEY}:sub`]: SUBJECT } },
    ],
    [
      'of all four',
      { StringEquals: { ...both, [`${OTHER_KEY}:sub`]: SUBJECT, [`${OTHER_KEY}:aud`]: AUDIENCE } },
    ],
    ['in capitals', { StringEquals: { [sub]: SUBJECT, [`${OTHER_KEY.toUpperCase()}:SUB`]: SUBJECT } }],
  ])('let nobody in: %s', (_, condition) => {
    for (const given of [issuers, [ISSUER], []]) {
      const found = lint(shared(condition), given);
      expect(found).toContain('high two-issuers');
      expect(found.filter((each) => /no-|subject/.test(each))).toEqual([]);
    }
  });

  test('and of one that is no provider of the statement', () => {
    const found = lint(when({ StringEquals: { ...both, 'old.example:sub': SUBJECT } }));
    expect(found).toEqual(['high two-issuers']);
  });

  test.each([
    [
      'may be there with IfExists',
      { StringEqualsIfExists: { [sub]: SUBJECT, [`${OTHER_KEY}:sub`]: SUBJECT } },
    ],
    ['are asked not to be', { StringNotEquals: { [sub]: 'x', [`${OTHER_KEY}:sub`]: 'x' } }],
  ])('are no such fault where they %s', (_, condition) => {
    expect(lint(shared(condition), issuers)).not.toContain('high two-issuers');
  });
});

describe('an audience within reach of a misspelling', () => {
  test.each([
    ...['sts.amazonaws.com.cn', 'sts.us-east-1.amazonaws.com', 'sts.cn-north-1.amazonaws.com.cn'],
    ...['STS.amazonaws.com', 'Sts.AmazonAWS.com', 'pods.eks.amazonaws.com', 'https://sts.amazonaws.com'],
    ...['https://sts.eu-west-1.amazonaws.com/', 'sts.amazonaws.con', 'sts.amazonaws.com/', 'sts.amazon.com'],
    ...['sts.us-gov-west-1.amazonaws.com', 'sts-fips.us-east-1.amazonaws.com', 'sts.us-east-1.api.aws'],
  ])('is named: %s', (audience) => {
    expect(lint(when({ StringEquals: { ...both, [aud]: audience } }))).toEqual(['high audience-misspelt']);
  });

  test.each([AUDIENCE, 'vault', 'sts.example.com', 'https://kubernetes.default.svc', 'sigstore'])(
    'and one that is not, is not: %s',
    (audience) => {
      expect(lint(when({ StringEquals: { ...both, [aud]: audience } }))).toEqual([]);
    },
  );

  test.each(['*', '**', '?*'])('asked for by a pattern that any fits: %s', (pattern) => {
    const found = lint(when({ StringEquals: { [sub]: SUBJECT }, StringLike: { [aud]: pattern } }));
    expect(found).toEqual(['low audience-wildcard']);
  });
});

describe('with issuers given, these are the truth', () => {
  const arn = (prefix: string): StatementParts => ({
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${prefix}` },
  });

  test.each([
    ['two slashes', `/${KEY}`],
    ['a slash at the end', `${KEY}/`],
    ['a slash within', KEY.replace('/id', '//id')],
    ['capitals', KEY.toUpperCase()],
    ['a scheme', `https://${KEY}`],
    ['a letter', KEY.replace('oidc', 'oidcs')],
    ['another letter', KEY.replace('id/A', 'id/X')],
    ['the issuer of an old cluster, beside the keys of this', 'old.example/id/77'],
    ['the host alone', 'oidc.example'],
    ['a part of the path', 'oidc.example/id'],
  ])('the provider is wrong, not the keys: %s', (_, prefix) => {
    const [found, ...more] = lintPolicy(read(policy(statement(arn(prefix)))), { issuers: [ISSUER] });
    expect(found).toMatchObject({
      code: 'provider-of-other-issuer',
      severity: 'high',
      where: '/Statement/0/Principal',
      remedy: `write "${PROVIDER}"`,
    });
    expect(more).toEqual([]);
  });

  test.each([
    ['an old cluster', 'old.example/id/77'],
    ['GitHub', 'token.actions.githubusercontent.com'],
  ])('and a statement that is for another altogether is judged by its own: %s', (_, prefix) => {
    const subject = prefix.startsWith('token') ? 'repo:a/b:ref:refs/heads/main' : SUBJECT;
    const keys = { [`${prefix}:sub`]: subject, [`${prefix}:aud`]: AUDIENCE };
    expect(lint(when({ StringEquals: keys }, arn(prefix)))).toEqual(['medium provider-of-other-issuer']);
  });
});

describe('a key with a placeholder in it', () => {
  test.each([
    ...[
      `\${OIDC_PROVIDER}`,
      '$OIDC_PROVIDER',
      '<issuer>',
      '{{ .Values.issuer }}',
      '$(OIDC)',
      'OIDC_PROVIDER',
    ],
    ...['%ISSUER%', '[ISSUER]', `\${oidc_provider_url}`, `oidc.\${region}.example`, '<issuer without https'],
  ])('is named, with the key to write: %s', (issuer) => {
    const [found] = lintPolicy(read(policy(when({ StringEquals: { [`${issuer}:sub`]: SUBJECT } }))), {
      issuers: [ISSUER],
    });
    expect(found).toMatchObject({
      code: 'placeholder-in-key',
      remedy: expect.stringMatching(`write ${sub}$`),
    });
  });
});

test('a statement that is shared with AWS principals has conditions of theirs', () => {
  const shared = statement({
    Principal: { Federated: PROVIDER, AWS: '444455556666' },
    Action: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'],
    Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
  });
  expect(lint(shared).filter((each) => each.includes('unset-key'))).toEqual([]);
});

describe('an ordinary policy for a platform that runs anywhere is not taken for a cluster', () => {
  const provider = (host: string, condition: unknown): unknown =>
    when(condition, { Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${host}` } });
  const like = (host: string, subject: unknown, audience = 'x'): unknown =>
    provider(host, { StringEquals: { [`${host}:aud`]: audience }, StringLike: { [`${host}:sub`]: subject } });

  test.each([
    ['GitLab, self-managed', like('gitlab.corp.example', 'project_path:acme/api:ref_type:tag:ref:v*')],
    ['GitHub Enterprise Server', like('github.corp.example/_services/token', 'repo:acme/api:*')],
    ['GitHub Enterprise Cloud', like('token.actions.acme.ghe.com', ['repo:acme/api:*', 'repo:acme/web:*'])],
    ['Spacelift', like('acme.app.spacelift.io', 'space:prod:*', 'acme.app.spacelift.io')],
    [
      'Terraform Enterprise',
      like('tfe.corp.example', 'organization:acme:project:net:workspace:*:run_phase:*'),
    ],
    ['CircleCI server', like('ci.corp.example/org/x', 'org/x/project/y/user/*')],
    [
      'Amazon Cognito',
      when(
        {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:1' },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
        },
        { Principal: { Federated: 'cognito-identity.amazonaws.com' } },
      ),
    ],
  ])('%s', (_, statements) => {
    expect(lint(statements, [])).toEqual([]);
  });

  test('what a platform lets in is called by its name, and no ServiceAccount is advised', () => {
    const host = 'token.actions.githubusercontent.com';
    const open = provider(host, { StringEquals: { [`${host}:aud`]: AUDIENCE } });
    const [found] = lintPolicy(read(policy(open)));
    expect(found?.what).toBe(
      'nothing is asked of the subject: every token of GitHub Actions may take the role',
    );
    expect(found?.remedy).toContain(`{"${host}:sub":"<subject>"}`);
  });

  test('a cluster is known by its subjects, by EKS, or because it was given', () => {
    const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
    const subjects = [SUBJECT, 'repo:acme/api:ref:refs/heads/main'];
    expect(lint(like('oidc.example', subjects), [])).toContain('high other-platform');
    expect(lint(like(eks, 'repo:acme/api:*'), [])).toContain('high other-platform');
    expect(lint(like('oidc.example', 'repo:acme/api:*'), ['https://oidc.example'])).toContain(
      'high other-platform',
    );
  });
});

describe('a finding says what is so of the whole statement', () => {
  const like = 'system:serviceaccount:prod:*';

  test('of one that no subject meets, nothing is said of whom it lets in', () => {
    const found = lint(when({ StringEquals: { [sub]: SUBJECT }, StringLike: { [sub]: like } }));
    expect(found).not.toContain('low no-audience');
  });

  test.each([
    ['a subject in full', { StringEquals: both, StringLike: { [sub]: 'system:serviceaccount:*' } }, []],
    [
      'a narrower pattern',
      {
        StringLike: { [sub]: 'system:serviceaccount:*', [sub.toUpperCase()]: like },
        StringEquals: { [aud]: AUDIENCE },
      },
      ['medium subject-wildcard'],
    ],
    [
      'a pattern alone',
      { StringLike: { [sub]: like }, StringEquals: { [aud]: AUDIENCE } },
      ['medium subject-wildcard'],
    ],
  ])('a pattern is judged beside what else is asked of the subject: %s', (_, condition, expected) => {
    expect(lint(when(condition)).filter((each) => each.endsWith('subject-wildcard'))).toEqual(expected);
  });

  test.each(['NumericEquals', 'DateEquals', 'Bool', 'IpAddress', 'ArnLike', 'ArnEquals'])(
    'of %s on a subject, the operator alone is named: no value helps it',
    (operator) => {
      const value =
        { DateEquals: '2026-01-01T00:00:00Z', Bool: 'true', IpAddress: '192.0.2.1' }[operator] ?? '5';
      expect(lint(when({ [operator]: { [sub]: value }, StringEquals: { [aud]: AUDIENCE } }))).toEqual([
        'high operator-of-another-type',
      ]);
    },
  );

  test('an audience is no ARN, unless it is one', () => {
    const asks = (value: string): string[] =>
      lint(when({ StringEquals: { [sub]: SUBJECT }, ArnEquals: { [aud]: value } }));
    expect(asks(AUDIENCE)).toEqual(['high operator-of-another-type']);
    expect(asks('arn:aws:iam::111122223333:client/a')).toEqual([]);
  });

  test('the remedy for a wildcard in an audience is an audience', () => {
    const document = policy(when({ StringEquals: { [sub]: SUBJECT, [aud]: 'sts.*' } }));
    const [found] = lintPolicy(read(document), { issuers: [ISSUER] });
    expect(found).toMatchObject({ code: 'wildcard-under-equals', remedy: `write ${AUDIENCE}` });
  });
});

describe('the provider as a key', () => {
  const asks = (operator: string, value: unknown, changes: object = {}): string[] =>
    lint(when({ StringEquals: both, [operator]: { 'aws:FederatedProvider': value } }, changes));

  test.each<[operator: string, value: unknown, changes?: object]>([
    ['StringLike', OTHER],
    ['StringLike', [OTHER, SAML]],
    ['ArnEquals', OTHER],
    ['StringNotLike', '*'],
    ['StringNotEquals', [OTHER, PROVIDER]],
    ['ForAnyValue:StringLike', PROVIDER.toUpperCase()],
  ])('of nobody: %s %j', (operator, value) => {
    expect(asks(operator, value)).toEqual(['high provider-excluded']);
  });

  test.each<[operator: string, value: unknown, changes?: object]>([
    ['StringLike', PROVIDER],
    ['StringLike', [OTHER, PROVIDER]],
    ['StringLike', '*'],
    ['StringNotLike', OTHER],
    ['StringLike', OTHER, { Effect: 'Deny' }],
    ['StringLike', OTHER, { Principal: '*' }],
    ['StringLike', OTHER, { Principal: { Federated: PROVIDER, AWS: '111122223333' }, Action: 'sts:*' }],
  ])('of somebody: %s %j %j', (operator, value, changes) => {
    expect(asks(operator, value, changes)).not.toContain('high provider-excluded');
  });
});
