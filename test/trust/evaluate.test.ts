import { describe, expect, test } from 'vitest';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import { AUDIENCE, KEY, PROVIDER, policy, read, request, SUBJECT, statement } from '../support/trust/base.ts';

const matchesOf = (condition: unknown, asked: TrustRequest = request()): string | undefined =>
  evaluateTrust(read(policy(statement({ Condition: condition }))), asked).statements[0]?.conditions[0]
    ?.matches;

describe('a condition', () => {
  const tags = request({ sessionTags: { team: 'red', cost: 'blue' } });
  const cases: [string, unknown, string, TrustRequest?][] = [
    ['StringNotEquals', { StringNotEquals: { 'aws:RequestTag/team': 'blue' } }, 'yes', tags],
    ['the name of a tag in another case', { StringEquals: { 'AWS:requesttag/TEAM': 'red' } }, 'yes', tags],
    ['the value of a tag in another case', { StringEquals: { 'aws:RequestTag/team': 'Red' } }, 'no', tags],
    [
      'StringNotEqualsIgnoreCase',
      { StringNotEqualsIgnoreCase: { 'aws:RequestTag/team': 'RED' } },
      'no',
      tags,
    ],
    [
      'ForAllValues, all of them',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost', 'x'] } },
      'yes',
      tags,
    ],
    ['ForAllValues, one not', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, 'no', tags],
    ['ForAnyValue, one of them', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] } }, 'yes', tags],
    ['ForAnyValue, negated', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['team'] } }, 'yes', tags],
    ['ForAllValues, negated', { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['team'] } }, 'no', tags],
    [
      'several values without a set operator, where it matters',
      { StringEquals: { 'aws:TagKeys': 'team' } },
      'unknown',
      tags,
    ],
    [
      'several values without a set operator, where it does not',
      { StringEquals: { 'aws:TagKeys': 'x' } },
      'no',
      tags,
    ],
    [
      'ForAnyValue and IfExists, absent',
      { 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': 'x' } },
      'no',
    ],
    ['ForAnyValue, negated, absent', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'x' } }, 'no'],
    [
      'oaud of several',
      { 'ForAnyValue:StringEquals': { [`${KEY}:oaud`]: 'b' } },
      'yes',
      request({ token: { sub: SUBJECT, audience: AUDIENCE, originalAudiences: ['a', 'b'] } }),
    ],
    ['Null of an absent key', { Null: { 'aws:TagKeys': true } }, 'yes'],
    ['Null of an unknown key', { Null: { 'aws:PrincipalOrgID': true } }, 'unknown'],
    ['IfExists of an unknown key', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }, 'unknown'],
    ['the time', { DateGreaterThan: { 'aws:CurrentTime': '2026-09-30T00:00:00Z' } }, 'yes'],
    ['the time as a number', { NumericLessThan: { 'aws:EpochTime': 1_790_856_001 } }, 'yes'],
    ['the time, too late', { DateLessThan: { 'aws:CurrentTime': '2026-09-30T00:00:00Z' } }, 'no'],
    ['an address', { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '198.51.100.0/24'] } }, 'yes'],
    ['NotIpAddress', { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }, 'no'],
    [
      'an unknown address',
      { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
      'unknown',
      request({ sourceIp: 'unknown' }),
    ],
    [
      'the provider',
      { ArnLike: { 'aws:FederatedProvider': 'arn:aws:iam::*:oidc-provider/oidc.example/*' } },
      'yes',
    ],
    ['Bool in another case', { Bool: { 'aws:SecureTransport': 'TRUE' } }, 'yes'],
    ['BinaryEquals', { BinaryEquals: { 'aws:RequestTag/team': 'red' } }, 'yes', tags],
    [
      'the email of a token',
      { StringEquals: { [`${KEY}:email`]: 'a@x.example' } },
      'yes',
      request({
        token: { sub: SUBJECT, audience: AUDIENCE, originalAudiences: [AUDIENCE], email: 'a@x.example' },
      }),
    ],
    ['a key that a program might inherit', { StringEquals: { 'aws:constructor': 'x' } }, 'no'],
    [
      'a variable',
      { StringEquals: { 'sts:RoleSessionName': `\${aws:RequestTag/team}` } },
      'yes',
      request({ sessionTags: { team: 'me' }, roleSessionName: 'me' }),
    ],
    [
      'a variable in a pattern',
      { StringLike: { 'sts:RoleSessionName': `\${aws:RequestTag/team}-?` } },
      'yes',
      request({ sessionTags: { team: '*' }, roleSessionName: '*-1' }),
    ],
    [
      'a variable whose value looks like a pattern',
      { StringLike: { 'sts:RoleSessionName': `\${aws:RequestTag/team}` } },
      'no',
      request({ sessionTags: { team: '*' }, roleSessionName: 'me' }),
    ],
    [
      'a variable without a value',
      { StringEquals: { 'sts:RoleSessionName': `\${sts:SourceIdentity}` } },
      'no',
    ],
    [
      'a variable with a default',
      { StringEquals: { 'sts:RoleSessionName': `\${sts:SourceIdentity, 'me'}` } },
      'yes',
      request({ roleSessionName: 'me' }),
    ],
    ['a variable that is unknown', { StringEquals: { 'sts:RoleSessionName': `\${aws:userid}` } }, 'unknown'],
    [
      'a literal star',
      { StringLike: { 'sts:RoleSessionName': `a\${*}` } },
      'no',
      request({ roleSessionName: 'ab' }),
    ],
    [
      'a dollar sign',
      { StringEquals: { 'sts:RoleSessionName': `\${$}` } },
      'yes',
      request({ roleSessionName: '$' }),
    ],
    [
      'a variable left open',
      { StringEquals: { 'sts:RoleSessionName': '${' } },
      'yes',
      request({ roleSessionName: '${' }),
    ],
    [
      'a variable under a number',
      { NumericEquals: { 'sts:DurationSeconds': `\${sts:DurationSeconds}` } },
      'no',
    ],
  ];
  test.each(cases)('%s', (_, condition, matches, asked) => {
    expect(matchesOf(condition, asked)).toBe(matches);
  });
});

describe('a principal', () => {
  const deny = (parts: Record<string, unknown>): string =>
    evaluateTrust(
      read(policy(statement(), statement({ Effect: 'Deny', Condition: undefined, ...parts }))),
      request(),
    ).decision;

  test.each([
    ['"*" in a Deny is everybody', { Principal: '*' }, 'deny'],
    ['Federated "*" in a Deny, too', { Principal: { Federated: '*' } }, 'deny'],
    ['AWS "*" in a Deny is for AWS to say', { Principal: { AWS: '*' } }, 'indeterminate'],
    ['another account in a Deny is somebody else', { Principal: { AWS: '444455556666' } }, 'allow'],
  ])('%s', (_, parts, decision) => {
    expect(deny(parts)).toBe(decision);
  });

  test.each([
    ['of another partition', PROVIDER.replace('arn:aws:', 'arn:aws-cn:'), 'the partition is aws, not aws-cn'],
    ['with a slash too much', `${PROVIDER}/`, 'a slash is missing or too much'],
    ['with two slashes', PROVIDER.replace('provider/', 'provider//'), 'a slash is missing or too much'],
    ['in another case', PROVIDER.replace('id/A', 'id/a'), 'upper and lower case differ'],
  ])('is no provider %s', (_, arn, detail) => {
    const [report] = evaluateTrust(
      read(policy(statement({ Principal: { Federated: arn } }))),
      request(),
    ).statements;
    expect(report?.principal).toMatchObject({ matches: 'no', detail: expect.stringContaining(detail) });
  });
});

describe('a request that needs more than one action', () => {
  const tags = { sessionTags: { team: 'red' }, sourceIdentity: 'alice' };
  test('is let in where each is allowed by some statement', () => {
    const more = statement({ Action: ['sts:TagSession', 'sts:SetSourceIdentity'], Condition: undefined });
    const verdict = evaluateTrust(read(policy(statement(), more)), request(tags));
    expect(verdict).toMatchObject({ decision: 'allow' });
    expect(verdict.statements.map(({ forAction }) => forAction)).toHaveLength(6);
  });

  test('is denied for the one that is not', () => {
    const more = statement({ Action: 'sts:TagSession' });
    expect(evaluateTrust(read(policy(statement(), more)), request(tags))).toMatchObject({
      decision: 'deny',
      action: 'sts:SetSourceIdentity',
      explicitDeny: false,
    });
  });

  test('is denied by a Deny of one of them, whatever is unknown of another', () => {
    const document = policy(
      statement({ Action: 'sts:*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
      statement({ Effect: 'Deny', Action: 'sts:TagSession', Condition: undefined }),
    );
    const verdict = evaluateTrust(read(document), request({ ...tags, sourceIp: 'unknown' }));
    expect(verdict).toMatchObject({ decision: 'deny', action: 'sts:TagSession', explicitDeny: true });
  });
});

describe('what only AWS knows', () => {
  test('leaves the verdict open, and is named', () => {
    const document = policy(
      statement({
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { [`${KEY}:sub`]: SUBJECT } },
      }),
    );
    const verdict = evaluateTrust(read(document), request({ sourceIp: 'unknown' }));
    expect(verdict).toMatchObject({
      decision: 'indeterminate',
      action: 'sts:AssumeRoleWithWebIdentity',
      summary: expect.stringContaining('depends on "aws:SourceIp"'),
    });
  });

  test('does not matter where something else decides', () => {
    const document = policy(
      statement({
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { [`${KEY}:sub`]: 'x' } },
      }),
    );
    expect(evaluateTrust(read(document), request({ sourceIp: 'unknown' })).decision).toBe('deny');
  });
});
