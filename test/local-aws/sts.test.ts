import { describe, expect, test } from 'vitest';
import type { LocalRole } from '../../src/local-aws/principal.ts';
import type { AwsRequest } from '../../src/local-aws/route.ts';
import type { TrustPolicy } from '../../src/trust/policy.ts';
import type { StsVerdict } from '../../src/web-identity/sts/verdict.ts';
import { KEYS, NOW, withHeader } from '../support/aws/signing-plan.ts';
import {
  ACCOUNT,
  createTestAws,
  outcomeOf,
  readElement,
  type TestAws,
  USER,
} from '../support/local-aws/local-aws.ts';
import { presign, signHeaders } from '../support/local-aws/sign.ts';

const ROLE: LocalRole = {
  arn: `arn:aws:iam::${ACCOUNT}:role/apps/s3-echoer`,
  // The judge of these tests has made up its mind: nobody reads it.
  trustPolicy: {} as TrustPolicy,
  maxSessionDuration: 43_200,
  permissions: [{ effect: 'Allow', actions: ['s3:*'], resources: ['*'] }],
  principals: [USER.arn],
};

const GRANTED: StsVerdict = {
  kind: 'granted',
  claims: {
    iss: 'https://issuer.example',
    sub: 'system:serviceaccount:demo:s3-echoer',
    aud: ['sts.amazonaws.com'],
    effectiveAudience: 'sts.amazonaws.com',
    exp: NOW / 1_000 + 3_600,
    iat: NOW / 1_000,
    all: {},
  },
  provider: {
    arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example`,
    url: 'https://issuer.example',
    clientIds: ['sts.amazonaws.com'],
  },
  role: ROLE,
  roleSessionName: 'a-session',
  durationSeconds: 900,
  warnings: [],
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

function toForm(
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = FORM,
): AwsRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: new Map(Object.entries(headers)),
    body: Buffer.from(new URLSearchParams(parameters).toString()),
    secure: true,
    sourceIp: '192.0.2.7',
  };
}

const ASSUME = {
  Action: 'AssumeRoleWithWebIdentity',
  Version: '2011-06-15',
  RoleArn: ROLE.arn,
  RoleSessionName: 'a-session',
  WebIdentityToken: 'a.b.c',
};

const WHO = { Action: 'GetCallerIdentity', Version: '2011-06-15' };

/** Signs a form and sends it. */
async function call(aws: TestAws, parameters: Readonly<Record<string, string>>, keys = KEYS) {
  const body = new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString();
  return await aws.send(signHeaders({ method: 'POST', headers: FORM, body, keys, at: aws.clock.now }));
}

describe('AssumeRoleWithWebIdentity', () => {
  test('asks the judge with the parameters as they came', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    await aws.send(toForm({ ...ASSUME, DurationSeconds: '900' }));
    expect(aws.asked).toEqual([
      {
        roleArn: ROLE.arn,
        roleSessionName: 'a-session',
        webIdentityToken: 'a.b.c',
        durationSeconds: '900',
        secureTransport: true,
        sourceIp: '192.0.2.7',
      },
    ]);
  });

  test('answers in XML with credentials that sign for the role', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    const response = await aws.send(toForm(ASSUME));
    expect([response.status, response.headers['content-type']]).toEqual([200, 'text/xml']);
    const read = (name: string): string => readElement(response, name) ?? '';
    expect(response.body).toContain(
      '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>',
    );
    expect(
      ['SubjectFromWebIdentityToken', 'Audience', 'Provider', 'Arn', 'Expiration', 'RequestId'].map(read),
    ).toEqual([
      'system:serviceaccount:demo:s3-echoer',
      'sts.amazonaws.com',
      `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/s3-echoer/a-session`,
      '2023-04-28T12:15:00Z',
      'the-request-id',
    ]);
    expect(read('AssumedRoleId')).toMatch(/^AROA[A-Z2-7]{17}:a-session$/);
    expect(read('AccessKeyId')).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const keys = {
      accessKeyId: read('AccessKeyId'),
      secretAccessKey: read('SecretAccessKey'),
      sessionToken: read('SessionToken'),
    };
    const who = await call(aws, WHO, keys);
    expect([readElement(who, 'Arn'), readElement(who, 'UserId')]).toEqual([
      read('Arn'),
      read('AssumedRoleId'),
    ]);
    aws.clock.now = NOW + 900_000;
    expect(outcomeOf(await call(aws, WHO, keys))).toBe('403 ExpiredToken');
  });

  test('answers in JSON where that is accepted, with seconds since the epoch', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    const { body } = await aws.send(toForm(ASSUME, { ...FORM, accept: 'application/json' }));
    expect(JSON.parse(body.toString())).toMatchObject({
      AssumeRoleWithWebIdentityResponse: {
        AssumeRoleWithWebIdentityResult: { Credentials: { Expiration: NOW / 1_000 + 900 } },
        ResponseMetadata: { RequestId: 'the-request-id' },
      },
    });
  });

  test('may be asked by GET', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    const query = new URLSearchParams(ASSUME).toString();
    const response = await aws.send({ ...toForm({}, {}), method: 'GET', query, body: Buffer.alloc(0) });
    expect(response.status).toBe(200);
  });

  test('tells the error and keeps the reason for the log', async () => {
    const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
    const error = { code: 'AccessDenied', status: 403, message } as const;
    const aws = await createTestAws({ verdict: { kind: 'refused', error, reason: 'the sub is another' } });
    const response = await aws.send(toForm(ASSUME));
    expect(outcomeOf(response)).toBe('403 AccessDenied');
    expect([readElement(response, 'Message'), readElement(response, 'Type')]).toEqual([message, 'Sender']);
    expect(response.body).not.toContain('another');
    expect(response.note).toEqual({
      action: 'sts:AssumeRoleWithWebIdentity',
      code: 'AccessDenied',
      reason: 'the sub is another',
    });
  });

  test('an error is JSON, too, where that is accepted', async () => {
    const error = { code: 'InvalidIdentityToken', status: 400, message: 'Incorrect token audience' } as const;
    const aws = await createTestAws({ verdict: { kind: 'refused', error, reason: '' } });
    const { body } = await aws.send(toForm(ASSUME, { ...FORM, accept: 'application/json' }));
    expect(JSON.parse(body.toString())).toEqual({
      Error: { Type: 'Sender', Code: 'InvalidIdentityToken', Message: 'Incorrect token audience' },
      RequestId: 'the-request-id',
    });
  });

  test('a policy of the session narrows what the credentials may', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    const Policy = '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
    const response = await aws.send(toForm({ ...ASSUME, Policy }));
    expect(readElement(response, 'PackedPolicySize')).toBe('3');
    const keys = {
      accessKeyId: readElement(response, 'AccessKeyId') ?? '',
      secretAccessKey: readElement(response, 'SecretAccessKey') ?? '',
      sessionToken: readElement(response, 'SessionToken') ?? '',
    };
    const list = signHeaders({ service: 's3', host: 's3.amazonaws.com', path: '/', keys });
    expect(outcomeOf(await aws.send(list))).toBe('403 AccessDenied');
    expect(outcomeOf(await call(aws, WHO, keys))).toBe('200');
  });

  test('tells the source identity that the token sets', async () => {
    const all = { 'https://aws.amazon.com/source_identity': 'alice' };
    const verdict = { ...GRANTED, claims: { ...GRANTED.claims, all } };
    const aws = await createTestAws({ roles: [ROLE], verdict });
    expect(readElement(await aws.send(toForm(ASSUME)), 'SourceIdentity')).toBe('alice');
  });

  test.each([
    [{ ProviderId: 'www.example' }, '400 ValidationError'],
    [{ 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, '400 ValidationError'],
    [{ Policy: '{' }, '400 MalformedPolicyDocument'],
    [{ Policy: '{}' }, '400 MalformedPolicyDocument'],
    [
      { Policy: '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}' },
      '400 MalformedPolicyDocument',
    ],
    [
      { Policy: '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{}}}' },
      '400 MalformedPolicyDocument',
    ],
    [
      { Policy: '{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}' },
      '400 MalformedPolicyDocument',
    ],
    [{ Policy: ' '.repeat(2_049) }, '400 PackedPolicyTooLarge'],
  ])('%j: %s, and nobody is asked', async (parameters, expected) => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED });
    expect(outcomeOf(await aws.send(toForm({ ...ASSUME, ...parameters })))).toBe(expected);
    expect(aws.asked).toEqual([]);
  });

  test('only so many credentials are kept: the oldest make room', async () => {
    const aws = await createTestAws({ roles: [ROLE], verdict: GRANTED, limit: 2 });
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      ids.push(readElement(await aws.send(toForm(ASSUME)), 'AccessKeyId') ?? '');
    }
    expect(ids.map((id) => aws.credentials.find(id) !== undefined)).toEqual([false, true, true]);
  });
});

describe('GetCallerIdentity', () => {
  const PATH_AND_NAME = `arn:aws:iam::${ACCOUNT}:user/ops/alice`;

  test('presigned, with a cluster id, is JSON where that is accepted', async () => {
    const aws = await createTestAws();
    const request = presign({ query: WHO, headers: { 'x-k8s-aws-id': 'a-cluster' } });
    const { status, headers, body, note } = await aws.send(withHeader(request, 'accept', 'application/json'));
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body.toString())).toEqual({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: { Arn: PATH_AND_NAME, UserId: USER.userId, Account: ACCOUNT },
        ResponseMetadata: { RequestId: 'the-request-id' },
      },
    });
    expect(note).toEqual({ action: 'sts:GetCallerIdentity', caller: PATH_AND_NAME });
  });

  test('presigned for another cluster does not tell who it is', async () => {
    const aws = await createTestAws();
    const request = presign({ query: WHO, headers: { 'x-k8s-aws-id': 'a-cluster' } });
    expect(outcomeOf(await aws.send(withHeader(request, 'x-k8s-aws-id', 'another')))).toBe(
      '403 SignatureDoesNotMatch',
    );
  });

  test('signed in a header is XML', async () => {
    const response = await call(await createTestAws(), WHO);
    expect(readElement(response, 'Arn')).toBe(PATH_AND_NAME);
  });

  test.each([
    [
      'no signature',
      (request: AwsRequest) => withHeader(request, 'authorization', undefined),
      '403 MissingAuthenticationToken',
    ],
    [
      'no date',
      (request: AwsRequest) => withHeader(request, 'x-amz-date', undefined),
      '400 IncompleteSignature',
    ],
    [
      'half an Authorization',
      (request: AwsRequest) => withHeader(request, 'authorization', 'AWS4-HMAC-SHA256 Credential=x'),
      '400 IncompleteSignature',
    ],
    [
      'another host',
      (request: AwsRequest) => withHeader(request, 'host', 'sts.example'),
      '403 SignatureDoesNotMatch',
    ],
  ])('%s', async (_, change, expected) => {
    const aws = await createTestAws();
    const body = new URLSearchParams(WHO).toString();
    const request = signHeaders({ method: 'POST', headers: FORM, body });
    expect(outcomeOf(await aws.send(change(request)))).toBe(expected);
  });

  test.each([
    [
      { keys: { ...KEYS, accessKeyId: 'AKIAEXAMPLEEXAMPLE99' } },
      '403 InvalidClientTokenId',
      /security token included in the request is invalid/,
    ],
    [{ keys: { ...KEYS, sessionToken: 'x' } }, '403 InvalidClientTokenId', /invalid/],
    [
      { at: NOW - 3_600_000 },
      '403 SignatureDoesNotMatch',
      /^Signature expired: 20230428T110000Z is now earlier than 20230428T114500Z \(20230428T120000Z - 15 min\.\)$/,
    ],
    [{ at: NOW + 3_600_000 }, '403 SignatureDoesNotMatch', /^Signature not yet current: /],
    [{ service: 'ec2' }, '403 SignatureDoesNotMatch', /scoped to correct service: 'sts'/],
    [{ region: 'eu-west-1' }, '403 SignatureDoesNotMatch', /scoped to a valid region/],
  ] as const)('%j: %s', async (plan, expected, message) => {
    const aws = await createTestAws({ region: 'us-west-2' });
    const response = await aws.send(presign({ query: WHO, ...plan }));
    expect(outcomeOf(response)).toBe(expected);
    expect(readElement(response, 'Message')).toMatch(message);
  });
});

describe('AssumeRole', () => {
  const PARAMETERS = { Action: 'AssumeRole', RoleArn: ROLE.arn, RoleSessionName: 'a-session' };
  const OTHER = 'arn:aws:iam::444455556666:user/bob';
  const noPermission = { ...USER, permissions: [[]] };

  test.each([
    ['the user itself', [USER.arn], noPermission, '200'],
    ['another', [OTHER], USER, '403 AccessDenied'],
    ['nobody', [], USER, '403 AccessDenied'],
    ['its account, and the user may', [ACCOUNT], USER, '200'],
    ['its account as root, and the user may', [`arn:aws:iam::${ACCOUNT}:root`], USER, '200'],
    ['its account, and the user may not', [ACCOUNT], noPermission, '403 AccessDenied'],
    ['everybody, and the user may', ['*'], USER, '200'],
    ['everybody, and the user may not', ['*'], noPermission, '403 AccessDenied'],
  ])('the trust policy names %s', async (_, principals, user, expected) => {
    const aws = await createTestAws({ roles: [{ ...ROLE, principals }], user });
    const response = await call(aws, PARAMETERS);
    expect(outcomeOf(response)).toBe(expected);
    if (expected === '200')
      expect(readElement(response, 'Arn')).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/s3-echoer/a-session`);
  });

  test('a role that is not there is told in the same words', async () => {
    const aws = await createTestAws();
    const response = await call(aws, PARAMETERS);
    expect(readElement(response, 'Message')).toBe(
      `User: ${USER.arn} is not authorized to perform: sts:AssumeRole on resource: ${ROLE.arn}`,
    );
    expect(response.note.reason).toBe('there is no such role');
  });

  test('from a role into the next for an hour at most', async () => {
    const next = { ...ROLE, arn: `arn:aws:iam::${ACCOUNT}:role/next`, principals: [ROLE.arn] };
    const aws = await createTestAws({ roles: [ROLE, next] });
    const first = await call(aws, PARAMETERS);
    const keys = {
      accessKeyId: readElement(first, 'AccessKeyId') ?? '',
      secretAccessKey: readElement(first, 'SecretAccessKey') ?? '',
      sessionToken: readElement(first, 'SessionToken') ?? '',
    };
    const chained = { ...PARAMETERS, RoleArn: next.arn };
    expect(outcomeOf(await call(aws, chained, keys))).toBe('200');
    expect(outcomeOf(await call(aws, { ...chained, DurationSeconds: '3601' }, keys))).toBe(
      '400 ValidationError',
    );
  });

  test.each([
    { RoleArn: 'short' },
    { RoleSessionName: 'x' },
    { RoleSessionName: 'a session' },
    { DurationSeconds: '899' },
    { DurationSeconds: '43201' },
    { DurationSeconds: '1e3' },
    { SourceIdentity: 'alice' },
    { 'Tags.member.1.Key': 'team' },
    { SerialNumber: 'arn:aws:iam::111122223333:mfa/alice', TokenCode: '123456' },
  ])('%j is a ValidationError', async (parameters) => {
    const aws = await createTestAws({ roles: [ROLE] });
    expect(outcomeOf(await call(aws, { ...PARAMETERS, ...parameters }))).toBe('400 ValidationError');
  });

  test('longer than the role allows is a ValidationError', async () => {
    const aws = await createTestAws({ roles: [{ ...ROLE, maxSessionDuration: 3_600 }] });
    expect(outcomeOf(await call(aws, { ...PARAMETERS, DurationSeconds: '7200' }))).toBe(
      '400 ValidationError',
    );
  });
});

describe('a request that is none of the Query API', () => {
  test.each([
    [{}, '400 MissingAction'],
    [{ Action: 'Nonsense', Version: '2011-06-15' }, '400 InvalidAction'],
    [{ Action: 'GetCallerIdentity' }, '400 InvalidAction'],
    [{ Action: 'GetCallerIdentity', Version: '2010-05-08' }, '400 InvalidAction'],
    [{ Action: '<script>\u001b[2J', Version: '2011-06-15' }, '400 InvalidAction'],
    [{ ...WHO, action: 'AssumeRole' }, '400 MalformedQueryString'],
    [{ ...WHO, constructor: 'x' }, '403 MissingAuthenticationToken'],
  ])('%j: %s', async (parameters, expected) => {
    const response = await (await createTestAws()).send(toForm(parameters));
    expect(outcomeOf(response)).toBe(expected);
    expect(response.body).not.toContain('\u001b');
  });

  test.each([
    ['of another type', { 'content-type': 'application/json' }, 'x'],
    ['without a type', {}, 'x'],
    ['too large', FORM, 'a='.padEnd(131_073, 'x')],
    ['with a broken escape', FORM, 'a=%'],
    ['of too many parameters', FORM, '&a=b'.repeat(513)],
    ['with a parameter twice', FORM, 'Action=A&Action=B'],
  ])('a body %s is refused', async (_, headers, body) => {
    const response = await (await createTestAws()).send({ ...toForm({}, headers), body: Buffer.from(body) });
    expect(outcomeOf(response)).toMatch(/^4(00|13) MalformedQueryString$/);
  });
});
