import { describe, expect, test } from 'vitest';
import { S3Error } from '../../../src/aws/s3-errors.ts';
import { type EchoDeps, type EchoObject, echoToS3, renderOutcome } from '../../../src/demo/s3-echoer/echo.ts';
import type { EchoTarget } from '../../../src/demo/s3-echoer/inputs.ts';

const ROLE = 'arn:aws:iam::111122223333:role/s3-echoer';
const CALLER = 'arn:aws:sts::111122223333:assumed-role/s3-echoer/session';
const TARGET: EchoTarget = {
  bucket: 'iam-bridge-demo',
  region: 'eu-west-1',
  endpoint: undefined,
  roleArn: ROLE,
};

/** As the SDK throws what a service says: it gives codes that it knows another name. */
function toServiceError(Code: string, message: string, httpStatusCode = 400): Error {
  const name = KNOWN.has(Code) ? `${Code}Exception` : Code;
  return Object.assign(new Error(message), { name, Code, $metadata: { httpStatusCode } });
}

const KNOWN = new Set(['InvalidIdentityToken', 'IDPCommunicationError']);

async function run(deps: Partial<EchoDeps>, target: EchoTarget = TARGET) {
  const objects: EchoObject[] = [];
  const outcome = await echoToS3(Buffer.from('hello'), target, {
    findCredentials: async () => {},
    putObject: async (object) => void objects.push(object),
    readCaller: async () => CALLER,
    now: () => 1_764_061_234_567,
    ...deps,
  });
  return { outcome, objects, line: renderOutcome(outcome) };
}

describe('s3-echoer', () => {
  test('writes the message to an object that is named after the second', async () => {
    const { outcome, objects, line } = await run({});
    expect(outcome.kind).toBe('written');
    expect(objects).toEqual([
      {
        bucket: 'iam-bridge-demo',
        key: 's3echoer-1764061234',
        body: Buffer.from('hello'),
        contentType: 'text/plain; charset=utf-8',
      },
    ]);
    expect(line).toBe(`wrote 5 bytes to s3://iam-bridge-demo/s3echoer-1764061234 as ${CALLER}`);
  });

  test('does not need to know who it was', async () => {
    const readCaller = () => Promise.reject(new Error('no'));
    expect((await run({ readCaller })).line).toBe(
      'wrote 5 bytes to s3://iam-bridge-demo/s3echoer-1764061234',
    );
  });

  test.each([
    [
      toServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403),
      1,
      /^cannot assume arn:\S+: AccessDenied: Not authorized .*; next: .*trust policy.*iam-bridge trust eval/,
    ],
    [
      toServiceError('InvalidIdentityToken', 'No OpenIDConnect provider found in your account for https://i'),
      1,
      /next: create the IAM OIDC provider/,
    ],
    [toServiceError('InvalidIdentityToken', 'Incorrect token audience'), 1, /next: .*client ids/],
    [
      toServiceError('InvalidIdentityToken', "Couldn't retrieve verification key"),
      1,
      /does not publish the key/,
    ],
    [toServiceError('InvalidIdentityToken', 'Missing a required claim: sub'), 1, /iam-bridge verify/],
    [toServiceError('ExpiredTokenException', 'Token expired'), 1, /is the token file renewed/],
    [toServiceError('IDPCommunicationError', 'slow'), 3, /cannot reach the issuer/],
    [toServiceError('SomethingElse', 'whatever'), 1, /cannot assume .*: SomethingElse: whatever/],
    [toServiceError('ThrottlingException', 'Rate exceeded', 429), 3, /try again/],
    [toServiceError('InternalFailure', 'oh', 500), 3, /try again/],
    [Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }), 2, /token file is missing/],
    [Object.assign(new Error('EACCES: permission'), { code: 'EACCES' }), 2, /fsGroup/],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 3, /look at the network/],
    ['a text', 3, /cannot assume .*: a text; next/],
  ])('without credentials says why, and what to look at: %s', async (error, exitCode, expected) => {
    const { outcome, objects, line } = await run({ findCredentials: () => Promise.reject(error) });
    expect(outcome).toMatchObject({ kind: 'failed', exitCode });
    expect(line).toMatch(expected);
    expect(line).not.toContain('\n');
    expect(objects).toEqual([]);
  });

  test('says so where nothing in its environment leads to a role', async () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    const findCredentials = () => Promise.reject(error);
    const { outcome, line } = await run({ findCredentials }, { ...TARGET, roleArn: undefined });
    expect(outcome).toMatchObject({ exitCode: 2 });
    expect(line).toMatch(/^found no AWS credentials: .*; next: .*eks.amazonaws.com\/role-arn/);
  });

  test.each([
    [new S3Error('x', 'AccessDenied', 403, 'remedy'), 1, /: AccessDenied; next: .*s3:PutObject/],
    [new S3Error('x', 'NoSuchBucket', 404, 'remedy'), 1, /: NoSuchBucket; next: create the bucket/],
    [new S3Error('x', 'PermanentRedirect', 301, 'remedy'), 1, /set AWS_REGION/],
    [new S3Error('x', 'EntityTooLarge', 400, ''), 1, /: EntityTooLarge: x: EntityTooLarge; next/],
    [new S3Error('x', 'SlowDown', 503, ''), 3, /try again/],
    [new Error('http://127.0.0.1:1: connect ECONNREFUSED'), 3, /^cannot write s3:\S+: http:\S+ connect/],
  ])('where S3 does not take it says why: %s', async (error, exitCode, expected) => {
    const { outcome, line } = await run({ putObject: () => Promise.reject(error) });
    expect(outcome).toMatchObject({ kind: 'failed', exitCode });
    expect(line).toMatch(expected);
  });

  test('keeps to one short line, whatever it is told', async () => {
    const findCredentials = () => Promise.reject(new Error(`a\nb ${'x'.repeat(5_000)}`));
    const { line } = await run({ findCredentials });
    expect(line).toMatch(/: a b x/);
    expect(line.length).toBeLessThan(600);
  });
});
