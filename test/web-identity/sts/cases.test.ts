import { describe, expect, test } from 'vitest';
import type { StsError } from '../../../src/web-identity/sts/errors.ts';
import { judgeAssumeRole } from '../../../src/web-identity/sts/judge.ts';
import type { AssumeRoleRequest } from '../../../src/web-identity/sts/verdict.ts';
import {
  createFacts,
  createRequest,
  createRole,
  type FactChanges,
  KEY,
  PROVIDER,
  ROLE,
  STATEMENT,
} from '../../support/web-identity/sts.ts';
import {
  AUDIENCE,
  type Changes,
  createSigner,
  createToken,
  ec,
  ISSUER,
  NOW,
  SUBJECT,
} from '../../support/web-identity/tokens.ts';

interface Case {
  readonly what: string;
  readonly claims?: Changes;
  readonly header?: Changes;
  readonly request?: Partial<AssumeRoleRequest>;
  readonly facts?: FactChanges;
  /** undefined: granted */
  readonly error?: StsError;
  /** What AWS does not say; a part of it. */
  readonly reason?: string;
}

const invalid = (message: string): StsError => ({ code: 'InvalidIdentityToken', status: 400, message });
const validation = (message: string): StsError => ({ code: 'ValidationError', status: 400, message });
const denied = (action = 'AssumeRoleWithWebIdentity'): StsError => ({
  code: 'AccessDenied',
  status: 403,
  message: `Not authorized to perform sts:${action}`,
});
const expired = (exp: number): StsError => ({
  code: 'ExpiredTokenException',
  status: 400,
  message: `Token expired: current date/time ${NOW} must be before the expiration date/time ${exp}`,
});
const NO_KEY = invalid(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
const GENERIC = invalid(
  'The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.',
);
const NOT_A_JWT = invalid(
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
);
const noProvider = (iss: string): StsError =>
  invalid(`No OpenIDConnect provider found in your account for ${iss}`);
const one = (violation: string): StsError => validation(`1 validation error detected: Value ${violation}`);
const AMBIGUOUS = invalid(
  'Token audience contains more than one audience while authorized party is not present',
);
const ROLES = 'https://aws.amazon.com/roles';
const TAGS = 'https://aws.amazon.com/tags';
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity';
const tags = { [TAGS]: { principal_tags: { team: ['blue'] }, transitive_tag_keys: ['team'] } };
const allowing = (...actions: readonly string[]): FactChanges => ({
  roles: [createRole([{ ...STATEMENT, Action: ['sts:AssumeRoleWithWebIdentity', ...actions] }])],
});
const withKeyCondition = (operator: string, keys: Record<string, unknown>): FactChanges => ({
  roles: [createRole([{ ...STATEMENT, Condition: { ...STATEMENT.Condition, [operator]: keys } }])],
});

/** By their numbers in the list of cases that every part of this program is held against. */
const NUMBERED: readonly Case[] = [
  {
    what: '51: a roles claim without this role, before the trust policy',
    claims: { [ROLES]: ['arn:aws:iam::111122223333:role/other'] },
    facts: { roles: [] },
    error: invalid('The target role ARN is not present in the roles claim of the identity token'),
    reason: 'does not list arn:aws:iam::111122223333:role/s3-echoer',
  },
  { what: '51: a roles claim with this role', claims: { [ROLES]: ['x', ROLE] } },
  { what: '51: a roles claim that is this role', claims: { [ROLES]: ROLE } },
  {
    what: '51: a roles claim with a wildcard',
    claims: { [ROLES]: 'arn:aws:iam::111122223333:role/*' },
    error: invalid('The target role ARN is not present in the roles claim of the identity token'),
  },
  { what: '52: two audiences and no azp', claims: { aud: [AUDIENCE, 'x'] }, error: AMBIGUOUS },
  {
    what: '53: two audiences and an azp, whose list is in oaud',
    claims: { aud: ['a', 'b'], azp: AUDIENCE },
    facts: withKeyCondition('ForAllValues:StringEquals', { [`${KEY}:oaud`]: ['a', 'b'] }),
  },
  {
    what: '54: an audience for the API server',
    claims: { aud: ['https://kubernetes.default.svc'] },
    error: invalid('Incorrect token audience'),
    reason: 'the token is for "https://kubernetes.default.svc"; accepted: "sts.amazonaws.com"',
  },
  { what: '55: expired 4 minutes ago', claims: { exp: NOW - 240, iat: NOW - 3600 } },
  {
    what: '55: expired 6 minutes ago',
    claims: { exp: NOW - 360, iat: NOW - 3600 },
    error: expired(NOW - 360),
  },
  {
    what: '56: issued in 6 minutes',
    claims: { iat: NOW + 360 },
    error: GENERIC,
    reason: 'iat is 360 s ahead',
  },
  {
    what: '57: an issuer with a slash more',
    claims: { iss: `${ISSUER}/` },
    error: noProvider(`${ISSUER}/`),
    reason: 'They differ in a slash at the end',
  },
  {
    what: '58: the role in another account than the provider',
    request: { roleArn: 'arn:aws:iam::444455556666:role/s3-echoer' },
    error: noProvider(ISSUER),
    reason: 'the role is in account 444455556666: create a provider there',
  },
  {
    what: '59: the address of a NAT gateway, and another way in',
    facts: withKeyCondition('IpAddress', { 'aws:SourceIp': '198.51.100.4/32' }),
    request: { sourceIp: '10.0.0.7' },
    error: denied(),
  },
  {
    what: '60: tags, and a policy without sts:TagSession',
    claims: tags,
    error: denied('TagSession'),
  },
  { what: '60: tags, and a policy with sts:TagSession', claims: tags, facts: allowing('sts:TagSession') },
  {
    what: '67: a provider whose clients are others',
    facts: { providers: [{ ...PROVIDER, clientIds: ['other'] }] },
    error: invalid('Incorrect token audience'),
  },
  {
    what: '68: a role that does not exist',
    facts: { roles: [] },
    error: denied(),
    reason: `there is no role ${ROLE}`,
  },
  {
    what: '2: the default ServiceAccount, which reads the same',
    claims: { sub: 'system:serviceaccount:demo:default', 'kubernetes.io': undefined },
    error: denied(),
    reason: 'StringEquals',
  },
];

const missing = (claim: string): StsError => invalid(`Missing a required claim: ${claim}`);

const TOKEN_RULES: readonly Case[] = [
  { what: 'a good token' },
  ...['iss', 'sub', 'aud', 'iat', 'exp'].map((claim) => ({
    what: `no ${claim}`,
    claims: { [claim]: undefined },
    error: missing(claim),
  })),
  { what: 'iss a number', claims: { iss: 7 }, error: GENERIC },
  {
    what: 'an issuer that nobody knows',
    claims: { iss: 'https://x.example' },
    error: noProvider('https://x.example'),
  },
  {
    what: 'an issuer that would be obeyed by a terminal',
    claims: { iss: `https://x.example/\u001b]0;\n<a>${'y'.repeat(500)}` },
    error: noProvider(`https://x.example/?]0;?<a>${'y'.repeat(229)}`),
  },
  {
    what: 'a token out of a Secret',
    claims: { iss: 'kubernetes/serviceaccount', aud: undefined, exp: undefined },
    error: noProvider('kubernetes/serviceaccount'),
    reason: 'legacy-token',
  },
  {
    what: 'sub a number',
    claims: { sub: 7, 'kubernetes.io': undefined },
    facts: { roles: [createRole([{ ...STATEMENT, Condition: { StringEquals: { [`${KEY}:sub`]: '7' } } }])] },
  },
  {
    what: 'sub null',
    claims: { sub: null },
    error: { code: 'InternalFailure', status: 500, message: 'Unknown error validating third-party token' },
  },
  { what: 'sub an object', claims: { sub: {} }, error: GENERIC },
  { what: 'exp an integer in quotes', claims: { exp: String(NOW + 60) } },
  { what: 'exp a float', claims: { exp: NOW + 60.5 }, error: GENERIC },
  { what: 'nbf in 6 minutes', claims: { nbf: NOW + 360 }, error: GENERIC },
  { what: 'nbf and iat in 4 minutes', claims: { nbf: NOW + 240, iat: NOW + 240 } },
  { what: 'a year', claims: { exp: NOW + 31_536_000 } },
  { what: 'an azp of somebody else', claims: { azp: 'x' }, error: invalid('Incorrect token audience') },
  { what: 'a kid that is not published', header: { kid: 'new' }, error: NO_KEY, reason: 'kid-unknown' },
  { what: 'no kid', header: { kid: undefined }, error: NO_KEY },
  {
    what: 'a signature of another key',
    request: { webIdentityToken: createToken({ signer: createSigner(ec.kid, 'ES256') }) },
    error: NO_KEY,
    reason: 'signature-invalid',
  },
  {
    what: 'keys that cannot be had',
    facts: {
      keys: { find: () => ({ kind: 'unavailable', trouble: 'passing', problem: 'connect ECONNREFUSED' }) },
    },
    error: NO_KEY,
    reason: "keys-unavailable: the issuer's keys could not be had: connect ECONNREFUSED",
  },
  { what: 'an algorithm that AWS does not take', header: { alg: 'PS256' }, error: NOT_A_JWT },
  { what: 'no JWT at all', request: { webIdentityToken: 'hello' }, error: NOT_A_JWT },
  {
    what: 'a token file with a line break at its end',
    request: { webIdentityToken: `${createToken()}\n` },
    error: NOT_A_JWT,
    reason: 'without a line break',
  },
  {
    what: 'a wrong token and a role that does not exist: the token is looked at first',
    claims: { aud: 'x' },
    facts: { roles: [] },
    error: invalid('Incorrect token audience'),
  },
];

const SESSION_RULES: readonly Case[] = [
  {
    what: 'a source identity, and a policy without the action',
    claims: { [SOURCE_IDENTITY]: 'alice' },
    error: denied('SetSourceIdentity'),
  },
  {
    what: 'a source identity, and a policy with the action',
    claims: { [SOURCE_IDENTITY]: 'alice' },
    facts: allowing('sts:SetSourceIdentity'),
  },
  { what: 'a source identity of one letter', claims: { [SOURCE_IDENTITY]: 'a' }, error: GENERIC },
  { what: 'a source identity that is null', claims: { [SOURCE_IDENTITY]: null }, error: GENERIC },
  {
    what: 'flat tags',
    claims: { [`${TAGS}/principal_tags/team`]: 'blue', [`${TAGS}/transitive_tag_keys`]: ['team'] },
    error: denied('TagSession'),
  },
  {
    what: 'a tag that a condition wants',
    claims: tags,
    facts: {
      roles: [
        createRole([
          {
            ...STATEMENT,
            Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
            Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
          },
        ]),
      ],
    },
  },
  { what: 'tags that are no object', claims: { [TAGS]: ['team'] }, error: GENERIC },
  {
    what: 'principal_tags that is no object',
    claims: { [TAGS]: { principal_tags: 'team' } },
    error: GENERIC,
  },
  {
    what: 'a tag with two values',
    claims: { [TAGS]: { principal_tags: { a: ['b', 'c'] } } },
    error: GENERIC,
  },
  { what: 'a tag of a number', claims: { [TAGS]: { principal_tags: { a: [1] } } }, error: GENERIC },
  { what: 'a tag of AWS', claims: { [TAGS]: { principal_tags: { 'AWS:x': ['b'] } } }, error: GENERIC },
  {
    what: 'a tag that is there in two cases',
    claims: { [TAGS]: { principal_tags: { a: ['b'], A: ['b'] } } },
    error: GENERIC,
  },
  {
    what: '51 tags',
    claims: {
      [TAGS]: { principal_tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ['v']])) },
    },
    error: GENERIC,
    reason: 'there are 51 session tags, and 50 are allowed',
  },
  {
    what: 'a transitive key that is no tag',
    claims: { [TAGS]: { principal_tags: { a: ['b'] }, transitive_tag_keys: ['c'] } },
    error: GENERIC,
  },
];

const PARAMETERS: readonly Case[] = [
  {
    what: 'no role ARN',
    request: { roleArn: undefined },
    error: one(`null at 'roleArn' failed to satisfy constraint: Member must not be null`),
  },
  {
    what: 'no session name',
    request: { roleSessionName: undefined },
    error: one(`null at 'roleSessionName' failed to satisfy constraint: Member must not be null`),
  },
  {
    what: 'no token',
    request: { webIdentityToken: undefined },
    error: one(`null at 'webIdentityToken' failed to satisfy constraint: Member must not be null`),
  },
  {
    what: 'an empty role ARN',
    request: { roleArn: '' },
    error: one(
      `'' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`,
    ),
  },
  {
    what: 'a session name of one letter',
    request: { roleSessionName: 'a' },
    error: one(
      `'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2`,
    ),
  },
  {
    what: 'a session name that is too long',
    request: { roleSessionName: 'a'.repeat(65) },
    error: one(
      `'${'a'.repeat(65)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ),
  },
  {
    what: 'a session name with a slash',
    request: { roleSessionName: 'a/b' },
    error: one(
      `'a/b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    ),
  },
  {
    what: 'a token of three letters, which is not shown',
    request: { webIdentityToken: 'abc' },
    error: one(
      `at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4`,
    ),
  },
  {
    what: 'a token of 20001 letters',
    request: { webIdentityToken: 'a'.repeat(20_001) },
    error: one(
      `at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000`,
    ),
  },
  {
    what: 'a short duration',
    request: { durationSeconds: '899' },
    error: one(
      `'899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    ),
  },
  {
    what: 'a long duration',
    request: { durationSeconds: '43201' },
    error: one(
      `'43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200`,
    ),
  },
  {
    what: 'a duration that is no number',
    request: { durationSeconds: '1e3' },
    error: one(`'1e3' at 'durationSeconds' failed to satisfy constraint: Member must be an integer`),
  },
  {
    what: 'two at once',
    request: { roleSessionName: 'a', durationSeconds: '1' },
    error: validation(
      `2 validation errors detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    ),
  },
  ...[
    PROVIDER.arn,
    'arn:aws:iam::111122223333:instance-profile/x',
    `${ROLE}:`,
    ` ${ROLE}`,
    'arn:aws:iam::1111:role/s3-echoer',
    'not-an-arn-at-all-but-long',
  ].map((roleArn) => ({
    what: `the role ARN ${roleArn}`,
    request: { roleArn },
    error: validation('Request ARN is invalid'),
  })),
  {
    what: 'a longer session than the role allows',
    request: { durationSeconds: '7200' },
    error: validation('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
    reason: '7200 s are asked for, and the role allows 3600',
  },
  {
    what: 'a longer session than the role allows, by somebody whom it does not trust',
    request: { durationSeconds: '7200' },
    claims: { sub: `${SUBJECT}2`, 'kubernetes.io': undefined },
    error: denied(),
  },
  {
    what: 'a wrong parameter and a wrong token: the parameter is looked at first',
    request: { webIdentityToken: 'hello', durationSeconds: '1' },
    error: one(
      `'1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    ),
  },
];

describe.each([
  ['numbered cases', NUMBERED],
  ['rules of the token', TOKEN_RULES],
  ['tags and source identity', SESSION_RULES],
  ['parameters', PARAMETERS],
])('STS: %s', (_group, cases) => {
  test.each(cases)('$what', async ({ claims = {}, header = {}, request, facts, error, reason }) => {
    const webIdentityToken = createToken({ claims, header });
    const verdict = await judgeAssumeRole(
      createRequest({ webIdentityToken, ...request }),
      createFacts(facts),
    );
    if (error === undefined) expect(verdict).toMatchObject({ kind: 'granted' });
    else
      expect(verdict).toMatchObject({
        kind: 'refused',
        error,
        reason: expect.stringContaining(reason ?? ''),
      });
  });
});

describe('a grant', () => {
  test('says who, by whom, for how long', async () => {
    const verdict = await judgeAssumeRole(createRequest({ durationSeconds: '1800' }), createFacts());
    expect(verdict).toMatchObject({
      kind: 'granted',
      claims: { sub: SUBJECT },
      provider: PROVIDER,
      role: { arn: ROLE },
      roleSessionName: 'botocore-session-1773835200',
      durationSeconds: 1800,
      warnings: [],
    });
  });

  test('lasts an hour where nobody asks for more', async () => {
    expect(await judgeAssumeRole(createRequest(), createFacts())).toMatchObject({ durationSeconds: 3600 });
  });

  test('comes with warnings of what only we would refuse', async () => {
    const webIdentityToken = createToken({ header: { typ: 'at+jwt' } });
    expect(await judgeAssumeRole(createRequest({ webIdentityToken }), createFacts())).toMatchObject({
      kind: 'granted',
      warnings: [{ code: 'typ-not-allowed' }],
    });
  });
});

describe('a denial', () => {
  test('hides why, and the verdict of the policy is there for us', async () => {
    const webIdentityToken = createToken({ claims: { sub: 'x', 'kubernetes.io': undefined } });
    const verdict = await judgeAssumeRole(createRequest({ webIdentityToken }), createFacts());
    expect(verdict).toMatchObject({ trust: { decision: 'deny', statements: [{ matches: 'no' }] } });
  });

  test('is what a condition that only AWS can answer comes to', async () => {
    const facts = createFacts(withKeyCondition('StringEquals', { 'aws:PrincipalOrgID': 'o-1' }));
    const verdict = await judgeAssumeRole(createRequest(), facts);
    expect(verdict).toMatchObject({ kind: 'refused', error: denied(), trust: { decision: 'indeterminate' } });
  });

  test('shows nothing of the token', async () => {
    const token = createToken({ claims: { aud: 'x' } });
    const text = JSON.stringify(
      await judgeAssumeRole(createRequest({ webIdentityToken: token }), createFacts()),
    );
    for (const part of token.split('.')) expect(text).not.toContain(part.slice(0, 30));
  });
});
