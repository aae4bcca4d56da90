import { describe, expect, test } from 'vitest';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import type { NearMiss } from '../../src/trust/verdict.ts';
import {
  AUDIENCE,
  aud,
  KEY,
  policy,
  read,
  request,
  requestOf,
  SUBJECT,
  statement,
  sub,
} from '../support/trust/base.ts';

function nearMissOf(condition: unknown, asked = request()): NearMiss | undefined {
  const verdict = evaluateTrust(read(policy(statement({ Condition: condition }))), asked);
  return verdict.statements[0]?.conditions[0]?.nearMiss;
}

describe('a condition that does not match is explained', () => {
  const equals = (key: string, value: unknown): unknown => ({ StringEquals: { [key]: value } });
  const SWAPPED = `write ${JSON.stringify({ StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE } })} in the place of all conditions on the two`;
  const cases: [string, unknown, NearMiss['kind'], string][] = [
    ['case', equals(sub, SUBJECT.toUpperCase()), 'case', SUBJECT],
    ['white space within', equals(aud, 'sts. amazonaws.com'), 'white-space', AUDIENCE],
    ['a line break', equals(sub, `${SUBJECT}\n`), 'white-space', SUBJECT],
    [
      'a wildcard',
      equals(sub, ['x', 'system:serviceaccount:*']),
      'wildcard-under-equals',
      `add "${SUBJECT}"`,
    ],
    [
      'a wildcard that would not help',
      equals(sub, 'system:serviceaccount:prod:*'),
      'other-namespace',
      'namespace demo',
    ],
    ['swapped', equals(aud, SUBJECT), 'swapped-sub-and-aud', SWAPPED],
    ['swapped the other way', equals(sub, AUDIENCE), 'swapped-sub-and-aud', SWAPPED],
    ['ARN', equals(`arn:aws:iam::1:oidc-provider/${sub}`, SUBJECT), 'arn-in-key', `write ${sub}`],
    [
      'a key whose right name alone would let in everybody',
      equals(`arn:aws:iam::1:oidc-provider/${aud}`, AUDIENCE),
      'arn-in-key',
      `${aud} is meant, so let this caller in by a statement of its own`,
    ],
    ['two slashes', equals(sub.replace('/', '//'), SUBJECT), 'slash-in-key', `write ${sub}`],
    ['another issuer', equals('old.example/id/Z:sub', SUBJECT), 'other-issuer', `write ${sub}`],
    ['an issuer misspelt', equals('oidc.exampel/id/A:sub', SUBJECT), 'spelling', `write ${sub}`],
    ['a claim misspelt', equals(`${KEY}:sbu`, SUBJECT), 'spelling', `write ${sub}`],
    ['a claim that is no key', equals(`${KEY}:groups`, 'x'), 'claim-is-no-key', `by ${sub}`],
    ['a claim that the token lacks', equals(`${KEY}:email`, 'x'), 'unset-key', 'no claim email'],
    ['a key that is never there', equals('sts:ExternalId', 'x'), 'unset-key', 'has no sts:ExternalId'],
    ['a tag that is not there', equals('aws:RequestTag/x', 'y'), 'unset-key', 'has no aws:RequestTag/x'],
    ['a global key misspelt', equals('aws:SourceIpp', 'x'), 'spelling', 'aws:SourceIp is meant'],
    [
      'a global key misspelt beside the subject',
      { StringEquals: { 'aws:SourceIpp': 'x', [sub]: SUBJECT } },
      'spelling',
      'write aws:SourceIp',
    ],
    ['a placeholder', equals(`\${OIDC}:sub`, SUBJECT), 'placeholder-in-key', `write ${sub}`],
    [
      'the keys of two issuers',
      { StringEquals: { 'b.example/id/Z:sub': SUBJECT, [sub]: SUBJECT } },
      'two-issuers',
      'let this caller in by a statement of its own, without it',
    ],
    ...['aws:SourceVpc', 'aws:SourceVpcArn', 'aws:SourceVpce', 'aws:VpcSourceIp', 'aws:VpceOrgID'].map(
      (key): [string, unknown, NearMiss['kind'], string] => [
        `${key} of a call over the internet`,
        equals(key.toLowerCase(), 'x'),
        'unset-key',
        `a call that does not come through a VPC endpoint has no ${key}, but aws:SourceIp`,
      ],
    ),
    ['a key of nobody', equals('foo:bar', 'x'), 'unset-key', 'nobody sets the key "foo:bar"'],
    [
      'a key of GitHub',
      equals('token.actions.githubusercontent.com:sub', 'x'),
      'other-platform',
      'GitHub Actions',
    ],
    ['a key of Google', equals('accounts.google.com:aud', 'x'), 'other-platform', `${aud} is meant`],
    ['a subject of GitLab', equals(sub, 'project_path:a/b:ref_type:branch'), 'other-platform', 'GitLab'],
    ['almost the audience', equals(aud, 'sts.amazon.com'), 'spelling', AUDIENCE],
    ['one letter', equals(aud, 'sts.amazonaws.con'), 'spelling', AUDIENCE],
    ['the names alone', equals(sub, 'demo:s3-echoer'), 'spelling', `in full: write "${SUBJECT}"`],
    [
      'with a slash, as people write it',
      equals(sub, 'demo/s3-echoer'),
      'spelling',
      `in full: write "${SUBJECT}"`,
    ],
    [
      'another ServiceAccount',
      equals(sub, 'system:serviceaccount:demo:s3-writer'),
      'other-service-account',
      's3-writer',
    ],
    ['nothing alike', equals(aud, 'vault'), 'other-value', `the request has "${AUDIENCE}"`],
    ['no values', equals(sub, []), 'no-values', `write "${SUBJECT}"`],
    ['no audience', equals(aud, []), 'no-values', 'let this caller in by a statement of its own'],
    [
      'the other Null',
      { Null: { [aud]: 'true' } },
      'null-reversed',
      'let this caller in by a statement of its own',
    ],
    [
      'a number for a text',
      { NumericEquals: { [sub]: '1' } },
      'operator-of-another-type',
      `write ${JSON.stringify({ StringEquals: { [sub]: SUBJECT } })} in its place`,
    ],
  ];
  test.each(cases)('%s', (_, condition, kind, remedy) => {
    expect(nearMissOf(condition)).toEqual({ kind, remedy: expect.stringContaining(remedy) });
  });

  test('for a pod of the default ServiceAccount, by what its spec lacks', () => {
    const asked = requestOf('system:serviceaccount:demo:default');
    expect(nearMissOf(equals(sub, SUBJECT), asked)).toEqual({
      kind: 'other-service-account',
      remedy: 'the pod runs as the default ServiceAccount: set serviceAccountName: s3-echoer in its spec',
    });
  });

  test('never in a Deny, where not to match is what everybody hopes for', () => {
    const document = policy(statement({ Effect: 'Deny', Condition: equals(sub, 'x') }));
    const { statements } = evaluateTrust(read(document), request());
    expect(statements[0]?.conditions[0]).toMatchObject({ matches: 'no' });
    expect(statements[0]?.conditions[0]).not.toHaveProperty('nearMiss');
  });
});
