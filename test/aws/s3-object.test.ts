import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkBucketName, checkObjectKey, toObjectUrl } from '../../src/aws/s3-location.ts';
import { getObject, type PutObjectRequest, putObject, type S3Deps } from '../../src/aws/s3-object.ts';
import { CREDENTIALS, type RecordingS3, startRecordingS3 } from '../support/aws/recording-s3.ts';

const NOW = Date.UTC(2026, 10, 25, 9, 30);

let s3: RecordingS3;
let deps: S3Deps;

beforeEach(async () => {
  s3 = await startRecordingS3(() => NOW);
  deps = { credentials: async () => CREDENTIALS, fetch, now: () => NOW };
});

afterEach(() => s3.close());

function toRequest(more: Partial<PutObjectRequest> = {}): PutObjectRequest {
  return {
    region: 'eu-west-1',
    endpoint: s3.url,
    bucket: 'iam-bridge-demo',
    key: 'one/.well-known/openid-configuration',
    body: Buffer.from('{"a":1}'),
    contentType: 'application/json',
    ...more,
  };
}

describe('an object', () => {
  test('is stored with its headers, under a signature that another hand computes', async () => {
    await putObject(toRequest({ cacheControl: 'public, max-age=3600' }), deps);
    expect(s3.objects).toEqual(
      new Map([
        [
          '/iam-bridge-demo/one/.well-known/openid-configuration',
          { body: '{"a":1}', contentType: 'application/json', cacheControl: 'public, max-age=3600' },
        ],
      ]),
    );
    expect((await getObject(toRequest(), deps))?.toString()).toBe('{"a":1}');
  });

  test.each(["a b+c%d'e!(f)*g", 'käse/日本', '?query#fragment&more=1', '.hidden', '@:,;=$~'])(
    'may be called %j',
    async (key) => {
      await putObject(toRequest({ key }), deps);
      expect((await getObject(toRequest({ key }), deps))?.toString()).toBe('{"a":1}');
      const [path = ''] = s3.objects.keys();
      expect(decodeURIComponent(path)).toBe(`/iam-bridge-demo/${key}`);
    },
  );

  test('that is empty arrives as it is', async () => {
    await putObject(toRequest({ key: 'empty', body: Buffer.alloc(0) }), deps);
    expect(await getObject(toRequest({ key: 'empty' }), deps)).toEqual(Buffer.alloc(0));
  });

  test('carries the session token of temporary credentials, signed', async () => {
    const credentials = async () => ({ ...CREDENTIALS, sessionToken: 'session' });
    await putObject(toRequest(), { ...deps, credentials });
    expect(s3.lastHeaders()['x-amz-security-token']).toBe('session');
    expect(s3.lastHeaders().authorization).toContain('x-amz-security-token');
  });

  test('that does not exist is undefined', async () => {
    expect(await getObject(toRequest(), deps)).toBeUndefined();
  });
});

describe('a refusal', () => {
  test('of another secret key is told with the remedy, without either key', async () => {
    const credentials = async () => ({ ...CREDENTIALS, secretAccessKey: 'another' });
    const failure = await putObject(toRequest(), { ...deps, credentials }).catch(String);
    expect(failure).toBe(
      'S3Error: cannot write s3://iam-bridge-demo/one/.well-known/openid-configuration: SignatureDoesNotMatch: ' +
        'the secret key does not belong to the access key, or a proxy changes requests',
    );
  });

  test.each([
    [
      403,
      '<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId></Error>',
      /AccessDenied: allow s3:/,
    ],
    [404, '<Error><Code>NoSuchBucket</Code></Error>', /NoSuchBucket: create the bucket/],
    [
      400,
      '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-1</Region></Error>',
      /--region \(eu-north-1\)$/,
    ],
    [301, '<Error><Code>PermanentRedirect</Code></Error>', /--region \(eu-north-1\)$/],
    [307, '', /HTTP 307: it redirects, and redirects are not followed/],
    [503, '<html>', /HTTP 503: try again/],
    [418, '<Code></Code>', /: HTTP 418$/],
    [403, `<Code>${'x'.repeat(100)}</Code>`, /: HTTP 403$/],
    [500, Buffer.alloc(100_000, '<'), /: HTTP 500: try again/],
  ])('with HTTP %i is told by its code and a remedy', async (status, body, message) => {
    const headers = {
      location: 'http://127.0.0.1:1/',
      ...(status === 301 && { 'x-amz-bucket-region': 'eu-north-1' }),
    };
    s3.answerNext({ status, body, headers });
    const failure = String(await putObject(toRequest(), deps).catch(String));
    expect(failure).toMatch(message);
    expect(failure).not.toContain('AKIDEXAMPLE');
    expect(s3.requests).toHaveLength(1);
  });

  test('to be small: an object of more than 1 MiB is not read', async () => {
    s3.answerNext({ status: 200, body: Buffer.alloc(1024 * 1024 + 1) });
    await expect(getObject(toRequest(), deps)).rejects.toThrow('it is larger than 1048576 bytes');
  });

  test('to end an answer ends after the time-out, too', async () => {
    s3.answerNext({ status: 200, body: 'half', headers: { 'content-length': '1000' } });
    const asked = getObject(toRequest(), { ...deps, timeoutMs: 50 });
    await expect(asked).rejects.toThrow(/openid-configuration: the answer broke off: ./);
  });

  test('to answer ends after the time-out', async () => {
    s3.answerNext('silence');
    await expect(putObject(toRequest(), { ...deps, timeoutMs: 20 })).rejects.toThrow(`${s3.url}: `);
  });

  test('to listen is told with the address', async () => {
    await s3.close();
    await expect(putObject(toRequest(), deps)).rejects.toThrow(`${s3.url}: connect ECONNREFUSED`);
  });
});

describe('the address', () => {
  const at = { region: 'eu-west-1', bucket: 'iam-bridge-demo', key: 'k' };

  test.each([
    [at, 'https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/k'],
    [{ ...at, bucket: 'oidc.example' }, 'https://s3.eu-west-1.amazonaws.com/oidc.example/k'],
    [{ ...at, region: 'cn-north-1' }, 'https://iam-bridge-demo.s3.cn-north-1.amazonaws.com.cn/k'],
    [{ ...at, region: 'us-gov-west-1' }, 'https://iam-bridge-demo.s3.us-gov-west-1.amazonaws.com/k'],
    [{ ...at, region: 'eusc-de-east-1' }, 'https://iam-bridge-demo.s3.eusc-de-east-1.amazonaws.eu/k'],
    [{ ...at, endpoint: 'https://s3.test:9000/base/' }, 'https://s3.test:9000/base/iam-bridge-demo/k'],
  ])('of %j is %s', (location, url) => {
    expect(toObjectUrl(location).href).toBe(url);
  });

  test.each([
    '',
    'ab',
    'A-bucket',
    'a..b',
    '10.0.0.1',
    '-ab',
    'evil.test/x',
    'a@b',
    'x'.repeat(64),
    'a_b',
    'a\nb',
  ])('has no bucket %j in it', (bucket) => {
    expect(checkBucketName(bucket)).toMatch(/bucket name is malformed/);
    expect(() => toObjectUrl({ ...at, bucket })).toThrow('bucket name is malformed');
  });

  test.each(['', '/a', 'a/', 'a//b', '../b', 'a/../b', './a', 'a\\b', 'a\nb', '\ud800', 'x'.repeat(1025)])(
    'has no key %j in it',
    (key) => {
      expect(checkObjectKey(key)).toMatch(/^the object key /);
      expect(() => toObjectUrl({ ...at, key })).toThrow('the object key ');
    },
  );

  test.each(['', 'eu west', 'evil.test/', 'x'.repeat(50), 'eu-west-1.'])(
    'has no region %j in it',
    (region) => {
      expect(() => toObjectUrl({ ...at, region })).toThrow('the region is malformed');
    },
  );

  test('of any key stays in its bucket, and reads back as that key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (key) => {
        fc.pre(checkObjectKey(key) === undefined);
        const url = toObjectUrl({ ...at, endpoint: 'https://s3.test', key });
        expect(url.origin + url.search + url.hash).toBe('https://s3.test');
        expect(decodeURIComponent(url.pathname)).toBe(`/iam-bridge-demo/${key}`);
      }),
      { numRuns: 200 },
    );
  });
});
