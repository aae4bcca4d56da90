import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/trust/lint/rules.ts';
import { lintPolicy, toFindings } from '../../src/trust/lint.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import {
  AUDIENCE,
  aud,
  both,
  ISSUER,
  KEY,
  PROVIDER,
  policy,
  SUBJECT,
  statement,
  sub,
} from '../support/trust/base.ts';

const bound = (more: Record<string, unknown>): unknown =>
  policy(statement({ Condition: { StringEquals: both, ...more } }));
const when = (condition: unknown): unknown => policy(statement({ Condition: condition }));

function lint(document: unknown, issuers: readonly string[] = [ISSUER]): string[] {
  const reading = readTrustPolicy(typeof document === 'string' ? document : JSON.stringify(document));
  const findings =
    reading.kind === 'invalid'
      ? toFindings(reading.problems)
      : lintPolicy(reading.policy, { issuers, notes: reading.notes });
  return findings.map(({ code, severity, where }) => `${severity} ${code} ${where}`);
}

const place = '/Statement/0/Condition';
const escaped = KEY.replaceAll('/', '~1');

describe('the linter finds', () => {
  const cases: [string, unknown, string[]][] = [
    ['nothing in a good policy', policy(statement()), []],
    [
      'nothing in a statement for callers with AWS keys',
      policy(
        statement(),
        statement({ Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole', Condition: undefined }),
      ),
      [],
    ],
    [
      'everybody with AWS keys',
      policy(statement({ Principal: { AWS: '*' }, Action: ['sts:AssumeRole'] })),
      ['critical principal-everybody /Statement/0/Principal'],
    ],
    [
      'AWS "*" that lets nobody in',
      policy(statement({ Principal: { AWS: '*' } })),
      ['high principal-everybody /Statement/0/Principal'],
    ],
    [
      'any provider',
      policy(statement({ Principal: { Federated: '*' } })),
      ['critical principal-everybody /Statement/0/Principal'],
    ],
    [
      'a provider of no known issuer',
      policy(
        statement(),
        statement({
          Principal: { Federated: PROVIDER.replace('/A', '/OLD') },
          Condition: {
            StringEquals: { [sub.replace('/A', '/OLD')]: SUBJECT, [aud.replace('/A', '/OLD')]: AUDIENCE },
          },
        }),
      ),
      ['medium provider-of-other-issuer /Statement/1/Principal'],
    ],
    [
      'a subject asked for by any pattern',
      when({ StringLike: { [sub]: '*' }, StringEquals: { [aud]: AUDIENCE } }),
      [`critical subject-wildcard ${place}/StringLike/${escaped}:sub`],
    ],
    [
      'a namespace in part',
      when({ StringLike: { [sub]: 'system:serviceaccount:team-*:app' }, StringEquals: { [aud]: AUDIENCE } }),
      [`high subject-wildcard ${place}/StringLike/${escaped}:sub`],
    ],
    [
      'a namespace without its colon',
      when({ StringLike: { [sub]: 'system:serviceaccount:demo*' }, StringEquals: { [aud]: AUDIENCE } }),
      [`high subject-wildcard ${place}/StringLike/${escaped}:sub`],
    ],
    [
      'each of a list',
      when({
        StringLike: { [sub]: ['system:serviceaccount:a:*', 'system:serviceaccount:*:*'] },
        StringEquals: { [aud]: AUDIENCE },
      }),
      [
        `critical subject-wildcard ${place}/StringLike/${escaped}:sub`,
        `medium subject-wildcard ${place}/StringLike/${escaped}:sub`,
      ],
    ],
    [
      'a subject that no ServiceAccount has',
      when({ StringEquals: { ...both, [sub]: ['system:serviceaccount:Demo:x', SUBJECT] } }),
      [`high subject-malformed ${place}/StringEquals/${escaped}:sub`],
    ],
    [
      'white space',
      when({ StringEquals: { ...both, [sub]: `${SUBJECT} ` } }),
      [`high white-space ${place}/StringEquals/${escaped}:sub`],
    ],
    [
      'swapped values',
      when({ StringEquals: { [sub]: AUDIENCE, [aud]: SUBJECT } }),
      [
        `high swapped-sub-and-aud ${place}/StringEquals/${escaped}:sub`,
        `high swapped-sub-and-aud ${place}/StringEquals/${escaped}:aud`,
      ],
    ],
    [
      'an audience misspelt',
      when({ StringEquals: { ...both, [aud]: 'sts.amazon.com' } }),
      [`high audience-misspelt ${place}/StringEquals/${escaped}:aud`],
    ],
    [
      'IfExists on a misspelt key beside a good subject',
      bound({ StringEqualsIfExists: { [`${KEY}:subject`]: 'x' } }),
      [`medium if-exists-on-unset-key ${place}/StringEqualsIfExists/${escaped}:subject`],
    ],
    [
      'ForAnyValue with IfExists on a key that is never there, under which nothing matches',
      bound({ 'ForAnyValue:StringLikeIfExists': { 'aws:CalledVia': 'x' } }),
      [`high unset-key ${place}/ForAnyValue:StringLikeIfExists/aws:CalledVia`],
    ],
    [
      'nothing in IfExists on the subject, which every token has',
      when({ StringEqualsIfExists: { [sub]: SUBJECT }, StringEquals: { [aud]: AUDIENCE } }),
      [],
    ],
    [
      'no plain operator for a set operator where tokens of another provider would then come in',
      policy(
        statement({
          Principal: { Federated: PROVIDER.replace('/A', '/B') },
          Condition: { 'ForAnyValue:StringNotEquals': { [sub]: SUBJECT }, StringEquals: { [aud]: AUDIENCE } },
        }),
      ),
      [
        `critical deny-list-in-allow ${place}/ForAnyValue:StringNotEquals/${escaped}:sub`,
        'high provider-of-other-issuer /Statement/0/Principal',
      ],
    ],
    [
      'a negated operator on a key that is never there',
      bound({ StringNotEquals: { [`${KEY}:groups`]: 'x' } }),
      [`medium if-exists-on-unset-key ${place}/StringNotEquals/${escaped}:groups`],
    ],
    [
      'ForAllValues beside a good subject',
      bound({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['x'] } }),
      [`medium for-all-values-on-absent-key ${place}/ForAllValues:StringEquals/aws:TagKeys`],
    ],
    [
      'a key with several values',
      bound({ StringLike: { 'aws:TagKeys': 'x' } }),
      [`medium missing-set-operator ${place}/StringLike/aws:TagKeys`],
    ],
    [
      'a Deny that meets every pod',
      policy(
        statement(),
        statement({ Effect: 'Deny', Condition: { StringNotEquals: { 'sts:ExternalId': 'x' } } }),
      ),
      ['high negated-deny-on-absent-key /Statement/1/Condition/StringNotEquals/sts:ExternalId'],
    ],
    [
      'nothing in a Deny without TLS',
      policy(
        statement(),
        statement({
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': false }, StringNotEquals: { [sub]: SUBJECT } },
        }),
      ),
      [],
    ],
    [
      'Null that lets nobody in',
      bound({ Null: { [aud]: 'true' } }),
      [`high null-reversed ${place}/Null/${escaped}:aud`],
    ],
    [
      'a slash in a key',
      when({ StringEquals: { ...both, [`${KEY}/:sub`]: SUBJECT } }),
      [`high slash-in-key ${place}/StringEquals/${escaped}~1:sub`],
    ],
    [
      'a key of an old issuer',
      when({ StringEquals: { 'old.example:sub': SUBJECT } }),
      [`high other-issuer ${place}/StringEquals/old.example:sub`],
    ],
    [
      'a key of GitHub',
      when({ StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*' } }),
      [`high other-platform ${place}/StringLike/token.actions.githubusercontent.com:sub`],
    ],
    [
      'a misspelt key',
      bound({ StringEquals: { ...both, 'aws:SourceIpp': 'x' } }),
      [`high misspelt-key ${place}/StringEquals/aws:SourceIpp`],
    ],
    [
      'a key that is never there',
      bound({ StringEquals: { ...both, 'sts:ExternalId': 'x' } }),
      [`high unset-key ${place}/StringEquals/sts:ExternalId`],
    ],
    [
      'no values',
      when({ StringEquals: { ...both, [sub]: [] } }),
      [`high no-values ${place}/StringEquals/${escaped}:sub`],
    ],
    [
      'one key in two cases',
      when({ StringEquals: { ...both, [aud.toUpperCase()]: AUDIENCE } }),
      [`medium key-twice-by-case ${place}/StringEquals/${escaped.toUpperCase()}:AUD`],
    ],
    ['any action', policy(statement({ Action: '*' })), ['medium action-broad /Statement/0/Action']],
    [
      'a statement twice',
      policy(statement(), statement({ Sid: 'Again' })),
      ['low statement-twice /Statement/1'],
    ],
    ['no version', { Statement: [statement()] }, ['low old-version ']],
    [
      'a variable in the old version',
      {
        ...policy(
          statement({
            Condition: { StringEquals: both, StringLike: { 'sts:RoleSessionName': `\${aws:userid}` } },
          }),
        ),
        Version: '2008-10-17',
      },
      [`high variable-in-old-version ${place}/StringLike/sts:RoleSessionName`],
    ],
    ['a size near the quota', policy(statement({ Sid: 'A'.repeat(1_600) })), ['low size-near-quota ']],
    ['a size beyond it', policy(statement({ Sid: 'A'.repeat(2_000) })), ['medium size-near-quota ']],
    ['an odd Sid', policy(statement({ Sid: 'a b' })), ['low odd-document /Statement/0/Sid']],
    [
      'a policy that IAM refuses',
      policy(statement({ Resource: '*' })),
      ['critical malformed-policy /Statement/0/Resource'],
    ],
    [
      'a member twice',
      JSON.stringify(policy(statement())).replace('"Effect"', '"Effect":"Deny","Effect"'),
      ['critical malformed-policy /Statement/0/Effect'],
    ],
  ];
  test.each(cases)('%s', (_, document, findings) => {
    expect(lint(document)).toEqual(findings);
  });

  test('no fault in a role for GitHub, whose subjects and claims are its own', () => {
    const host = 'token.actions.githubusercontent.com';
    const github = statement({
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${host}` },
      Condition: {
        StringEquals: { [`${host}:aud`]: AUDIENCE, [`${host}:repository`]: 'o/r' },
        StringLike: { [`${host}:sub`]: 'repo:o/r:*' },
      },
    });
    expect(lint(policy(github), [])).toEqual([]);
  });

  test('the same without a word on issuers, by the keys and the provider of the statement', () => {
    expect(lint(when({ StringEquals: { [aud]: AUDIENCE } }), [])).toEqual([
      'critical no-subject /Statement/0',
    ]);
    expect(lint(policy(statement({ Principal: '*' })), [])).toEqual([
      'critical principal-everybody /Statement/0/Principal',
    ]);
  });
});

describe('a rule', () => {
  test.each(Object.entries(RULES))('%s is a sentence', (id, text) => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(text).toMatch(/^[A-Z].*\.$/);
  });
});
