import { describe, expect, test } from 'vitest';
import { readEchoTarget } from '../../../src/demo/s3-echoer/inputs.ts';

describe('where s3-echoer writes', () => {
  test.each([
    [undefined, { BUCKET: 'two' }, { bucket: 'two', region: 'us-west-2' }],
    ['one', { BUCKET: 'two' }, { bucket: 'one' }],
    ['one', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, { region: 'eu-west-1' }],
    ['one', { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, { region: 'eu-west-2' }],
    ['one', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, { endpoint: 'http://127.0.0.1:1' }],
    ['one', { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b' }, { endpoint: 'http://b' }],
    [
      'one',
      { AWS_ENDPOINT_URL: 'http://a', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      { endpoint: undefined },
    ],
    ['one', { AWS_ROLE_ARN: 'r' }, { roleArn: undefined }],
    ['one', { AWS_ROLE_ARN: 'r', AWS_WEB_IDENTITY_TOKEN_FILE: 't' }, { roleArn: 'r' }],
  ])('--bucket %s with %j', (bucket, env, expected) => {
    expect(readEchoTarget(bucket, env)).toEqual({
      kind: 'target',
      target: expect.objectContaining(expected),
    });
  });

  test.each([
    [{}, /no bucket: give --bucket NAME, or set BUCKET/],
    [{ BUCKET: 'Demo_Bucket' }, /^--bucket or BUCKET: the bucket name is malformed: 3 to 63 lower-case/],
    [{ BUCKET: 'demo', AWS_REGION: 'Frankfurt' }, /^AWS_REGION or AWS_DEFAULT_REGION is no region: give one/],
    [{ BUCKET: 'demo', AWS_ENDPOINT_URL: 'localhost:4566' }, /AWS_ENDPOINT_URL is no http or https address/],
    [{ BUCKET: 'demo', AWS_ENDPOINT_URL: 'ftp://x' }, /no http or https address/],
  ])('is a mistake with %j', (env, expected) => {
    expect(readEchoTarget(undefined, env)).toEqual({
      kind: 'problem',
      problem: expect.stringMatching(expected),
    });
  });
});
