import { describe, expect, test } from 'vitest';
import { renderProblems, renderVerdict } from '../../src/commands/trust/render-verdict.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import {
  AUDIENCE,
  aud,
  ISSUER,
  KEY,
  PROVIDER,
  policy,
  request,
  requestOf,
  SUBJECT,
  statement,
  sub,
} from '../support/trust/base.ts';

/** A allow, D deny, V invalid, ? indeterminate. */
type Result = 'A' | 'D' | 'V' | '?';

interface Case {
  /** Number and title of the row. */
  readonly row: string;
  readonly policy: unknown;
  readonly request?: TrustRequest;
  readonly result: Result;
  /** What the printed explanation has to say, each of them. */
  readonly says: readonly string[];
  /** Findings of the linter, `id severity`; none is checked where there is no such member. */
  readonly lint?: readonly string[];
}

const other = 'system:serviceaccount:demo:other';
const otherProvider = 'arn:aws:iam::111122223333:oidc-provider/oidc.example/id/B';
const B = statement();

/** The base statement under another Condition. */
const when = (condition: unknown): unknown => policy(statement({ Condition: condition }));
const equals = (keys: Record<string, unknown>): unknown => when({ StringEquals: keys });
const like = (pattern: string): unknown =>
  when({ StringLike: { [sub]: pattern }, StringEquals: { [aud]: AUDIENCE } });
const withDeny = (condition: unknown): unknown =>
  policy(B, statement({ Effect: 'Deny', Condition: condition }));

const allows = `${JSON.stringify(SUBJECT)} may assume the role`;
const denies = (operator: string, key: string): string => `does not match in ${operator} on "${key}"`;

const cases: readonly Case[] = [
  { row: '1 the base', policy: policy(B), result: 'A', says: [allows], lint: [] },
  {
    row: '2 the default ServiceAccount',
    policy: policy(B),
    request: requestOf('system:serviceaccount:demo:default'),
    result: 'D',
    says: [
      denies('StringEquals', sub),
      'the pod runs as the default ServiceAccount: set serviceAccountName: s3-echoer',
    ],
  },
  {
    row: '3 another namespace',
    policy: policy(B),
    request: requestOf('system:serviceaccount:prod:s3-echoer'),
    result: 'D',
    says: [denies('StringEquals', sub), 'the pod is in namespace prod, the role is for demo'],
  },
  {
    row: '4 another case',
    policy: equals({ [sub]: 'system:serviceaccount:Demo:s3-echoer', [aud]: AUDIENCE }),
    result: 'D',
    says: [denies('StringEquals', sub), 'upper and lower case count', SUBJECT],
  },
  {
    row: '5 a wildcard under StringEquals',
    policy: equals({ [sub]: 'system:serviceaccount:demo:*', [aud]: AUDIENCE }),
    result: 'D',
    says: [denies('StringEquals', sub), 'StringEquals takes * and ? as they are: write '],
    lint: ['wildcard-under-equals high'],
  },
  {
    row: '6 a whole namespace',
    policy: like('system:serviceaccount:demo:*'),
    result: 'A',
    says: [allows],
    lint: ['subject-wildcard medium'],
  },
  {
    row: '7 a name in any namespace',
    policy: like('system:serviceaccount:*:s3-echoer'),
    result: 'A',
    says: [allows],
    lint: ['subject-wildcard high'],
  },
  {
    row: '8 any ServiceAccount',
    policy: like('system:serviceaccount:*'),
    result: 'A',
    says: [allows],
    lint: ['subject-wildcard critical'],
  },
  {
    row: '9 one character open',
    policy: like('system:serviceaccount:dem?:s3-echoer'),
    result: 'A',
    says: [allows],
    lint: ['subject-wildcard high'],
  },
  {
    row: '10 StringEqualsIgnoreCase',
    policy: when({
      StringEqualsIgnoreCase: { [sub]: SUBJECT.toUpperCase() },
      StringEquals: { [aud]: AUDIENCE },
    }),
    result: 'A',
    says: [allows],
  },
  {
    row: '11 a list of subjects',
    policy: equals({ [sub]: [other, SUBJECT], [aud]: AUDIENCE }),
    result: 'A',
    says: [allows],
    lint: [],
  },
  {
    row: '12 the right sub beside a wrong aud',
    policy: equals({ [sub]: SUBJECT, [aud]: 'foo' }),
    result: 'D',
    says: [denies('StringEquals', aud), 'the request has "sts.amazonaws.com"'],
  },
  {
    row: '13 two operators, one of which fails',
    policy: when({ StringEquals: { [sub]: SUBJECT }, StringLike: { [aud]: 'foo*' } }),
    result: 'D',
    says: [denies('StringLike', aud)],
  },
  {
    row: '14 no Condition',
    policy: when(undefined),
    result: 'A',
    says: [allows],
    lint: ['no-subject critical', 'no-audience low'],
  },
  {
    row: '15 only aud',
    policy: equals({ [aud]: AUDIENCE }),
    result: 'A',
    says: [allows],
    lint: ['no-subject critical'],
  },
  {
    row: '16 only sub',
    policy: equals({ [sub]: SUBJECT }),
    result: 'A',
    says: [allows],
    lint: ['no-audience low'],
  },
  {
    row: '17 the scheme in the key',
    policy: equals({ [`https://${sub}`]: SUBJECT }),
    result: 'V',
    says: ["has the issuer's scheme in it", `leave https:// out of the key: write ${sub}`],
  },
  {
    row: '18 the ARN as the key',
    policy: equals({ [`${PROVIDER}:sub`]: SUBJECT }),
    result: 'D',
    says: ["not with the provider's ARN", `write ${sub}`],
    lint: ['arn-in-key high'],
  },
  {
    row: '19 a slash too much in the key',
    policy: equals({ [`${KEY}/:sub`]: SUBJECT }),
    result: 'D',
    says: ['a slash is missing or too much', `write ${sub}`],
  },
  {
    row: '20 the key in upper case',
    policy: equals({ [sub.toUpperCase()]: SUBJECT, [aud.toUpperCase()]: AUDIENCE }),
    result: 'A',
    says: [allows],
    lint: [],
  },
  {
    row: '21 the keys and the provider of an old cluster',
    policy: policy(
      statement({
        Principal: { Federated: otherProvider },
        Condition: {
          StringEquals: { 'oidc.example/id/OLD:sub': SUBJECT, 'oidc.example/id/OLD:aud': AUDIENCE },
        },
      }),
    ),
    result: 'D',
    says: [
      'it is of another issuer',
      'the key is of another issuer (was the cluster made anew?)',
      `${sub} is meant`,
    ],
  },
  {
    row: '22 another provider',
    policy: policy(statement({ Principal: { Federated: otherProvider } })),
    result: 'D',
    says: [
      'its principal',
      `the token is of ${ISSUER}`,
      `a statement of its own for {"Federated": "${PROVIDER}"}`,
    ],
  },
  {
    row: '23 the provider of another account',
    policy: policy(statement({ Principal: { Federated: PROVIDER.replace('111122223333', '444455556666') } })),
    result: 'D',
    says: ['the provider is in account 111122223333, not 444455556666'],
  },
  {
    row: '24 a list of providers',
    policy: policy(statement({ Principal: { Federated: [otherProvider, PROVIDER] } })),
    result: 'A',
    says: [allows],
  },
  {
    row: '25 everybody with AWS keys',
    policy: policy(statement({ Principal: { AWS: '*' } })),
    result: 'D',
    says: ['{"AWS": "*"} is every caller with AWS keys, and none with a token'],
  },
  {
    row: '26 sts:AssumeRole',
    policy: policy(statement({ Action: 'sts:AssumeRole' })),
    result: 'D',
    says: ['its action', 'a pod with a token needs sts:AssumeRoleWithWebIdentity'],
  },
  {
    row: '27 the action in another case',
    policy: policy(statement({ Action: 'STS:assumerolewithwebidentity' })),
    result: 'A',
    says: [allows],
    lint: [],
  },
  {
    row: '28 sts:*',
    policy: policy(statement({ Action: 'sts:*' })),
    result: 'A',
    says: [allows],
    lint: ['action-broad medium'],
  },
  {
    row: '28 sts:AssumeRoleWith*',
    policy: policy(statement({ Action: 'sts:AssumeRoleWith*' })),
    result: 'A',
    says: [allows],
    lint: ['action-broad low'],
  },
  {
    row: '29 NotAction',
    policy: policy(statement({ Action: undefined, NotAction: 'sts:AssumeRole' })),
    result: 'A',
    says: [allows],
    lint: ['not-action medium'],
  },
  {
    row: '30 a Deny of the same',
    policy: policy(B, { ...B, Effect: 'Deny' }),
    result: 'D',
    says: ['statement 2 denies sts:AssumeRoleWithWebIdentity, and no Allow counts against it'],
  },
  ...[
    { row: '31 a Deny of all others', caller: SUBJECT, result: 'A' as const, says: [allows] },
    {
      row: '32 one of those others',
      caller: 'system:serviceaccount:prod:x',
      result: 'D' as const,
      says: ['statement 2 denies'],
    },
  ].map(({ caller, ...rest }) => ({
    ...rest,
    policy: policy(
      statement({ Condition: { StringLike: { [sub]: '*' } } }),
      statement({ Effect: 'Deny', Condition: { StringNotLike: { [sub]: 'system:serviceaccount:demo:*' } } }),
    ),
    request: requestOf(caller),
  })),
  {
    row: '33 two Allows, the second right',
    policy: policy(statement({ Principal: { Federated: otherProvider } }), B),
    result: 'A',
    says: [allows],
  },
  {
    row: '34 a Deny on a tag that is not there',
    policy: withDeny({ StringEquals: { 'aws:RequestTag/x': 'y' } }),
    result: 'A',
    says: [allows],
  },
  {
    row: '35 a negated Deny on a key that is not there',
    policy: withDeny({ StringNotEquals: { 'sts:SourceIdentity': 'alice' } }),
    result: 'D',
    says: ['statement 2 denies', 'expected  alice', 'actual    absent'],
    lint: ['negated-deny-on-absent-key medium'],
  },
  {
    row: '36 a Deny without TLS',
    policy: withDeny({ Bool: { 'aws:SecureTransport': 'false' } }),
    result: 'A',
    says: [allows],
  },
  {
    row: '37 IfExists on a misspelt key',
    policy: when({ StringEqualsIfExists: { [`${KEY}:subject`]: 'x' } }),
    result: 'A',
    says: [allows],
    lint: ['if-exists-on-unset-key critical', 'no-subject critical', 'no-audience low'],
  },
  {
    row: '38 everybody but one',
    policy: when({ StringNotEquals: { [sub]: 'x' } }),
    result: 'A',
    says: [allows],
    lint: ['deny-list-in-allow critical', 'no-audience low'],
  },
  {
    row: '39 everybody but this one',
    policy: when({ StringNotEquals: { [sub]: ['x', SUBJECT] } }),
    result: 'D',
    says: [denies('StringNotEquals', sub), `the condition rules out "${SUBJECT}"`],
  },
  {
    row: '40 a set operator on a key with one value',
    policy: when({
      'ForAnyValue:StringEquals': { [aud]: ['foo', AUDIENCE] },
      StringEquals: { [sub]: SUBJECT },
    }),
    result: 'A',
    says: [allows],
    lint: ['set-operator-on-single-value low'],
  },
  {
    row: '41 ForAllValues on a key that is not there',
    policy: when({ 'ForAllValues:StringEquals': { [`${KEY}:groups`]: ['x'] } }),
    result: 'A',
    says: [allows],
    lint: ['for-all-values-on-absent-key critical', 'no-subject critical', 'no-audience low'],
  },
  {
    row: '42 amr, which the token does not have',
    policy: when({ 'ForAnyValue:StringLike': { [`${KEY}:amr`]: 'authenticated' } }),
    result: 'D',
    says: [denies('ForAnyValue:StringLike', `${KEY}:amr`), 'the token has no claim amr'],
  },
  {
    row: '43 Null true on sub',
    policy: when({ Null: { [sub]: 'true' } }),
    result: 'D',
    says: [denies('Null', sub), 'asks that'],
  },
  {
    row: '43 Null false on sub',
    policy: when({ Null: { [sub]: 'false' } }),
    result: 'A',
    says: [allows],
    lint: ['no-subject critical', 'no-audience low'],
  },
  {
    row: '44 sub and aud swapped',
    policy: equals({ [sub]: AUDIENCE, [aud]: SUBJECT }),
    result: 'D',
    says: ['sub and aud are swapped', 'write {"StringEquals":{'],
  },
  {
    row: '45 a blank at the end',
    policy: equals({ [sub]: `${SUBJECT} `, [aud]: AUDIENCE }),
    result: 'D',
    says: ['the value has white space in it', `expected  "${SUBJECT} "`],
  },
  {
    row: '46 ArnLike on sub',
    policy: when({ ArnLike: { [sub]: '*' } }),
    result: 'D',
    says: ['ArnLike does not compare texts: write {"StringEquals":{'],
  },
  {
    row: '46 no values',
    policy: equals({ [sub]: [] }),
    result: 'D',
    says: ['an empty list matches nothing', 'expected  nothing'],
  },
  {
    row: '47 a claim that is no key',
    policy: equals({ [`${KEY}:kubernetes.io/namespace`]: 'demo' }),
    result: 'D',
    says: ['STS makes no key of the claim "kubernetes.io/namespace"', `by ${sub}`],
    lint: ['claim-is-no-key high'],
  },
  {
    row: "48 another SDK's session name",
    policy: when({
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
      StringLike: { 'sts:RoleSessionName': 'botocore-session-*' },
    }),
    result: 'D',
    says: [
      denies('StringLike', 'sts:RoleSessionName'),
      'actual    aws-sdk-js-session-1',
      'set AWS_ROLE_SESSION_NAME',
    ],
  },
  {
    row: '49 a session too long',
    policy: when({
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
      NumericLessThanEquals: { 'sts:DurationSeconds': 3600 },
    }),
    request: request({ durationSeconds: 7_200 }),
    result: 'D',
    says: [denies('NumericLessThanEquals', 'sts:DurationSeconds'), 'expected  3600', 'actual    7200'],
  },
  {
    row: '50 roles that the token does not list',
    policy: when({
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
      Bool: { 'sts:RoleAuthorizedByIdp': true },
    }),
    result: 'D',
    says: [denies('Bool', 'sts:RoleAuthorizedByIdp'), 'the token has no claim https://aws.amazon.com/roles'],
  },
  {
    row: '59 the address of a NAT, through a VPC endpoint',
    policy: when({
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
      IpAddress: { 'aws:SourceIp': '198.51.100.7' },
    }),
    request: request({ sourceIp: 'absent', sourceVpc: 'vpc-1', sourceVpce: 'vpce-1' }),
    result: 'D',
    says: [denies('IpAddress', 'aws:SourceIp'), 'a call through a VPC endpoint of STS has no aws:SourceIp'],
  },
  {
    row: '60 tags without sts:TagSession',
    policy: policy(B),
    request: request({ sessionTags: { team: 'red' } }),
    result: 'D',
    says: [
      'no statement allows sts:TagSession',
      'this caller needs it, too, in this statement or one of its own',
    ],
  },
  {
    row: '61 a misspelt operator',
    policy: when({ StringEqual: { [sub]: SUBJECT } }),
    result: 'V',
    says: ['"StringEqual" is no condition operator', 'write StringEquals'],
  },
  {
    row: '61 Resource',
    policy: policy(statement({ Resource: '*' })),
    result: 'V',
    says: ['the prohibited field Resource', 'remove it', '/Statement/0/Resource'],
  },
  {
    row: '62 StringEquals twice',
    policy: JSON.stringify(policy(B)).replace('"Condition":{', `"Condition":{"StringEquals":{"${sub}":"x"},`),
    result: 'V',
    says: [
      '/Statement/0/Condition/StringEquals',
      'its object has this member twice, and of two only one counts',
      'with the contents of both',
    ],
  },
  {
    row: '63 any provider',
    policy: policy(statement({ Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/*' } })),
    result: 'V',
    says: ['has a wildcard, and a principal is compared as it is'],
  },
  {
    row: '64 everybody',
    policy: policy(statement({ Principal: '*' })),
    result: '?',
    says: ['depends on what AWS makes of a wildcard principal', `for {"Federated": "${PROVIDER}"}`],
    lint: ['principal-everybody critical'],
  },
  {
    row: '65 a variable in the old version',
    policy: {
      Version: '2008-10-17',
      Statement: statement({
        Condition: { StringEquals: { [sub]: SUBJECT, 'sts:RoleSessionName': '$' + '{aws:username}' } },
      }),
    },
    result: 'D',
    says: ['a variable is plain text before version 2012-10-17: write "Version": "2012-10-17"'],
  },
  {
    row: '66 a subject of GitHub',
    policy: like('repo:*'),
    result: 'D',
    says: [denies('StringLike', sub), 'was copied from a policy for GitHub Actions'],
    lint: ['other-platform high'],
  },
];

const DECISIONS = { allow: 'A', deny: 'D', indeterminate: '?' } as const;

/** Verdict and explanation, as `iam-bridge trust eval` prints them. */
function judge(
  document: unknown,
  asked: TrustRequest,
): { readonly result: Result; readonly printed: string; readonly lint: string[] } {
  const reading = readTrustPolicy(typeof document === 'string' ? document : JSON.stringify(document));
  if (reading.kind === 'invalid') return { result: 'V', printed: renderProblems(reading.problems), lint: [] };
  const verdict = evaluateTrust(reading.policy, asked);
  const findings = lintPolicy(reading.policy, { issuers: [ISSUER] });
  return {
    result: DECISIONS[verdict.decision],
    printed: renderVerdict(verdict),
    lint: findings.map(({ code, severity }) => `${code} ${severity}`),
  };
}

describe('the 68 cases, rows 1–50, 59–66; what the token itself decides (51–58, 67, 68) is in test/web-identity/sts/cases.test.ts', () => {
  test.each(cases)(
    '$row: $result',
    ({ policy: document, request: asked = request(), result, says, lint }) => {
      const judged = judge(document, asked);
      expect(judged.printed).toContain(says[0]);
      for (const sentence of says) expect(judged.printed).toContain(sentence);
      expect(judged.result).toBe(result);
      if (lint !== undefined) expect(judged.lint.toSorted()).toEqual(lint.toSorted());
    },
  );
});
