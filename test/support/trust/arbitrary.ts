import fc from 'fast-check';
import type { TrustRequest } from '../../../src/trust/request.ts';
import { AUDIENCE, KEY, PROVIDER, request, SUBJECT } from './base.ts';

const keys = [
  `${KEY}:sub`,
  `${KEY}:aud`,
  `${KEY}:oaud`,
  `${KEY}:amr`,
  `${KEY}:groups`,
  `${KEY.toUpperCase()}:SUB`,
  `${PROVIDER}:sub`,
  'other.example:sub',
  'aws:SourceIp',
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:SecureTransport',
  'aws:TagKeys',
  'aws:RequestTag/team',
  'aws:PrincipalOrgID',
  'aws:constructor',
  'sts:DurationSeconds',
  'sts:RoleSessionName',
  'sts:SourceIdentity',
  '__proto__:x',
];

const values = [
  SUBJECT,
  SUBJECT.toUpperCase(),
  `${SUBJECT} `,
  'system:serviceaccount:demo:*',
  'system:serviceaccount:*',
  '*',
  'repo:*',
  AUDIENCE,
  'sts.amazon.com',
  'red',
  '3600',
  'true',
  'false',
  '198.51.100.0/24',
  '::/0',
  '2026-01-01T00:00:00Z',
  'arn:aws:iam::*:role/x',
  `\${aws:SourceIp}`,
  `\${sts:SourceIdentity, 'none'}`,
  `\${*}\${`,
  '',
];

const names = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'Bool',
]
  .concat(['NumericLessThanEquals', 'NumericNotEquals', 'DateGreaterThan', 'IpAddress', 'NotIpAddress'])
  .concat(['ArnLike', 'ArnNotEquals', 'BinaryEquals']);

const operators = fc.oneof(
  fc.constant('Null'),
  fc
    .tuple(
      fc.constantFrom('', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...names),
      fc.constantFrom('', '', 'IfExists'),
    )
    .map((parts) => parts.join('')),
);

const oneOrMore = (from: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(fc.constantFrom(...from), fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 3 }));

const conditions = fc.dictionary(
  operators,
  fc.dictionary(fc.constantFrom(...keys), oneOrMore(values), { maxKeys: 2 }),
  {
    maxKeys: 3,
  },
);

const providers = [PROVIDER, PROVIDER.replace('/id/A', '/id/B'), 'accounts.google.com'];
const actions = [
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRole',
  'sts:*',
  '*',
  'sts:TagSession',
  'STS:Assume?ole*',
];

const statements = fc
  .record({
    effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    notAction: fc.boolean(),
    principal: fc.oneof(
      fc.constant('*'),
      fc.record({ Federated: oneOrMore(providers) }),
      fc.constantFrom(
        { Federated: '*' },
        { AWS: '*' },
        { AWS: '111122223333' },
        { Service: 'ec2.amazonaws.com' },
      ),
    ),
    action: oneOrMore(actions),
    condition: fc.option(conditions, { nil: undefined }),
  })
  .map(({ effect, notAction, principal, action, condition }) => ({
    Effect: effect,
    Principal: principal,
    [notAction ? 'NotAction' : 'Action']: action,
    ...(condition === undefined ? {} : { Condition: condition }),
  }));

/** Policies that IAM takes, right and wrong in every way that people get them wrong. */
export const policies: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
    fc.oneof(statements, fc.array(statements, { minLength: 1, maxLength: 3 })),
  )
  .map(([version, statement]) => ({
    ...(version === undefined ? {} : { Version: version }),
    Statement: statement,
  }));

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** Requests all of whose facts are known. */
export const knownRequests: fc.Arbitrary<TrustRequest> = fc
  .record({
    sub: fc.constantFrom(SUBJECT, 'system:serviceaccount:demo:default', `odd \${sub} *`, ''),
    audiences: fc.constantFrom([AUDIENCE], ['a', 'b']),
    tags: maybe(fc.constantFrom({ team: 'red' }, { team: 'red', cost: 'blue' })),
    sourceIdentity: maybe(fc.constant('alice')),
    viaEndpoint: fc.boolean(),
    durationSeconds: fc.constantFrom(900, 3_600, 43_200),
  })
  .map(({ sub, audiences, tags, sourceIdentity, viaEndpoint, durationSeconds }) =>
    request({
      token: { sub, audience: AUDIENCE, originalAudiences: audiences },
      durationSeconds,
      ...(tags === undefined ? {} : { sessionTags: tags }),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(viaEndpoint ? { sourceIp: 'absent', sourceVpc: 'vpc-1', sourceVpce: 'vpce-1' } : {}),
    }),
  );

/** The same, of some of which only AWS knows. */
export const requests: fc.Arbitrary<TrustRequest> = fc.oneof(
  knownRequests,
  knownRequests.map((known) => ({
    ...known,
    roleSessionName: 'unknown' as const,
    durationSeconds: 'unknown' as const,
    sourceIp: 'unknown' as const,
    sourceVpc: 'unknown' as const,
    sourceVpce: 'unknown' as const,
  })),
);

/** Callers of all kinds that a policy may tell apart, of both providers. */
export const strangers: fc.Arbitrary<TrustRequest> = fc
  .record({
    known: knownRequests,
    provider: fc.constantFrom(PROVIDER, PROVIDER.replace('/id/A', '/id/B')),
    sub: fc.constantFrom(...values, 'system:serviceaccount:demo:web', 'system:serviceaccount:prod:s3-echoer'),
    audience: fc.constantFrom(AUDIENCE, 'a', 'vault'),
    roleSessionName: fc.constantFrom('aws-sdk-js-session-1', 'red', '3600'),
    sourceIp: fc.constantFrom('198.51.100.7', '203.0.113.9'),
  })
  .map(({ known, provider: arn, sub, audience, roleSessionName, sourceIp }) => ({
    ...known,
    provider: { arn, url: `https://${arn.slice(arn.indexOf('/') + 1)}` },
    token: { ...known.token, sub, audience },
    roleSessionName,
    sourceIp: known.sourceIp === 'absent' ? 'absent' : sourceIp,
  }));

/** What people write for a key, right and wrong. */
const likelyKeys = [
  `${KEY}:sub`,
  `${KEY}:sub`,
  `${KEY}:aud`,
  `${KEY}:aud`,
  `${PROVIDER}:sub`,
  `${PROVIDER}:aud`,
]
  .concat([
    `${KEY.toUpperCase()}:sub`,
    `${KEY}/:sub`,
    `${KEY.replace('example', 'exampel')}:aud`,
    `${KEY}:sbu`,
  ])
  .concat(['old.example:sub', `${KEY.replace('/A', '/B')}:sub`, `${KEY.replace('/A', '/B')}:aud`])
  .concat([`\${OIDC}:sub`, '{{issuer}}:aud', 'token.actions.githubusercontent.com:sub', 'sts:ExternalId'])
  .concat([
    `${KEY}:namespace`,
    `${KEY}:email`,
    'sts:RoleSessionName',
    'aws:SourceIpp',
    'aws:SourceIp',
    'aws:username',
  ]);

const likelyValues = [
  SUBJECT,
  SUBJECT,
  AUDIENCE,
  AUDIENCE,
  'system:serviceaccount:demo:web',
  'demo:s3-echoer',
]
  .concat(['demo/s3-echoer', 's3-echoer', SUBJECT.toUpperCase(), ` ${SUBJECT}`, `${SUBJECT}s`, '*', 'sts.*'])
  .concat([
    'system:serviceaccount:demo:*',
    'system:serviceaccount:prod:s3-echoer',
    'system:serviceaccount*demo:s3-echoe',
  ])
  .concat([
    'System:serviceaccount:demo:s3-echor',
    'repo:c/d',
    'sts.amazon.com',
    'STS.amazonaws.com',
    'sts. amazonaws.com',
  ])
  .concat([
    'sts.amazonaws.con',
    'vault',
    'botocore-session-1',
    `\${aws:username}`,
    '198.51.100.0/24',
    'true',
    'false',
  ]);

const likelyOperators = [
  'StringEquals',
  'StringEquals',
  'StringEquals',
  'StringLike',
  'StringLike',
  'StringEqualsIgnoreCase',
]
  .concat(['StringEqualsIfExists', 'StringNotEquals', 'ForAnyValue:StringLike', 'ForAllValues:StringEquals'])
  .concat(['ArnLike', 'BinaryEquals', 'NumericEquals', 'Null', 'IpAddress']);

const likelyOnes = (keys: readonly string[], from: readonly string[]): typeof conditions =>
  fc.dictionary(
    fc.constantFrom(...likelyOperators),
    fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(fc.constantFrom(...from), oneOrMore(from), fc.constant([])),
      { minKeys: 1, maxKeys: 2 },
    ),
    { minKeys: 1, maxKeys: 2 },
  );

/** On the subject alone, the audience alone, both, or anything. */
const likelyConditions = fc.oneof(
  likelyOnes([`${KEY}:sub`], likelyValues),
  likelyOnes([`${KEY}:aud`], likelyValues),
  likelyOnes([`${KEY}:sub`, `${KEY}:aud`], likelyValues),
  fc
    .tuple(
      likelyOnes([`${KEY}:sub`], [SUBJECT, 'system:serviceaccount:demo:*', '*']),
      likelyOnes(likelyKeys, likelyValues),
    )
    .map(([one, other]) => ({ ...one, ...other })),
  likelyOnes(likelyKeys, likelyValues),
);

/** Policies that let a pod in but for a mistake or two. */
export const mistaken: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.constantFrom('2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17'),
    fc.array(
      fc.record({
        Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
        Principal: fc.constantFrom<unknown>(
          { Federated: PROVIDER },
          { Federated: PROVIDER },
          { Federated: [PROVIDER, PROVIDER.replace('/id/A', '/id/B')] },
          { Federated: PROVIDER.replace('/id/A', '/id/B') },
          { Federated: PROVIDER, AWS: '111122223333' },
          '*',
        ),
        Action: fc.constantFrom<unknown>(
          'sts:AssumeRoleWithWebIdentity',
          'sts:AssumeRoleWithWebIdentity',
          'sts:*',
          'sts:TagSession',
        ),
        Condition: likelyConditions,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([Version, Statement]) => ({ Version, Statement }));
