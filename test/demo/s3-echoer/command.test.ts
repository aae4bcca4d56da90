import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runS3Echoer } from '../../../src/commands/demo/s3-echoer/run.ts';
import { readEchoTarget } from '../../../src/demo/s3-echoer/inputs.ts';

describe('where s3-echoer writes', () => {
  test.each([
    [undefined, { BUCKET: 'b' }, { bucket: 'b', region: 'us-west-2' }],
    ['a', { BUCKET: 'b' }, { bucket: 'a' }],
    ['a', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, { region: 'eu-west-1' }],
    ['a', { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, { region: 'eu-west-2' }],
    ['a', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, { endpoint: 'http://127.0.0.1:1' }],
    ['a', { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b' }, { endpoint: 'http://b' }],
    [
      'a',
      { AWS_ENDPOINT_URL: 'http://a', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      { endpoint: undefined },
    ],
    ['a', { AWS_ROLE_ARN: 'r' }, { roleArn: undefined }],
    ['a', { AWS_ROLE_ARN: 'r', AWS_WEB_IDENTITY_TOKEN_FILE: 't' }, { roleArn: 'r' }],
  ])('--bucket %s with %j', (bucket, env, expected) => {
    expect(readEchoTarget(bucket, env)).toEqual({
      kind: 'target',
      target: expect.objectContaining(expected),
    });
  });

  test.each([
    [{}, /no bucket: give --bucket NAME, or set BUCKET/],
    [{ BUCKET: 'b', AWS_ENDPOINT_URL: 'localhost:4566' }, /AWS_ENDPOINT_URL is no http or https address/],
    [{ BUCKET: 'b', AWS_ENDPOINT_URL: 'ftp://x' }, /no http or https address/],
  ])('is a mistake with %j', (env, expected) => {
    expect(readEchoTarget(undefined, env)).toEqual({
      kind: 'problem',
      problem: expect.stringMatching(expected),
    });
  });
});

describe('iam-bridge demo s3-echoer', () => {
  async function run(options: { bucket?: string; message?: string }, input: Readable = Readable.from([])) {
    let err = '';
    const terminal = {
      out: () => {},
      err(text: string) {
        err += text;
      },
    };
    const code = await runS3Echoer(options, { env: {}, terminal, input });
    return { code, err };
  }

  test('ends with 2 where it has no bucket', async () => {
    expect(await run({ message: 'x' })).toEqual({
      code: 2,
      err: 's3-echoer: no bucket: give --bucket NAME, or set BUCKET\n',
    });
  });

  test.each([
    [{ message: 'x'.repeat(5 * 1024 * 1024 + 1) }, Readable.from([])],
    [{}, Readable.from([Buffer.alloc(5 * 1024 * 1024 + 1)])],
  ])('ends with 2 where the message is too large', async (options, input) => {
    const { code, err } = await run({ bucket: 'iam-bridge-demo', ...options }, input);
    expect([code, err]).toEqual([2, expect.stringMatching(/larger than 5242880 bytes/)]);
  });
});
