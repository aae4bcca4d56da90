import { afterEach, beforeEach, expect, test } from 'vitest';
import { createS3Target, parseS3Place } from '../../../src/issuer/publish/s3-target.ts';
import { CREDENTIALS, type RecordingS3, startRecordingS3 } from '../../support/aws/recording-s3.ts';

const NOW = Date.UTC(2026, 5, 1);

let s3: RecordingS3;

beforeEach(async () => {
  s3 = await startRecordingS3(() => NOW);
});

afterEach(() => s3.close());

test.each([
  ['s3://iam-bridge-demo', { kind: 'place', bucket: 'iam-bridge-demo', prefix: '' }],
  ['s3://iam-bridge-demo/', { kind: 'place', bucket: 'iam-bridge-demo', prefix: '' }],
  ['s3://iam-bridge-demo/one/two/', { kind: 'place', bucket: 'iam-bridge-demo', prefix: 'one/two' }],
])('%s is a place', (text, place) => {
  expect(parseS3Place(text)).toEqual(place);
});

test.each([
  's3://',
  's3:///one',
  's3://A',
  's3://127.0.0.1/one',
  's3://iam-bridge-demo//one',
  's3://iam-bridge-demo/one//',
  's3://iam-bridge-demo/../other',
  's3://iam-bridge-demo/a/./b',
  's3://iam-bridge-demo/a\nb',
  's3://iam-bridge-demo\n/a',
  's3://user@iam-bridge-demo/a',
  's3://iam-bridge-demo?x/a',
  'https://iam-bridge-demo',
])('%j is no place', (text) => {
  expect(parseS3Place(text)).toMatchObject({ kind: 'malformed', problem: expect.stringMatching(/: /) });
});

test.each([
  ['one', '/iam-bridge-demo/one/.well-known/openid-configuration'],
  ['', '/iam-bridge-demo/.well-known/openid-configuration'],
])('below the prefix %j a document is written and read with its headers', async (prefix, path) => {
  const place = { bucket: 'iam-bridge-demo', prefix, region: 'eu-west-1', endpoint: s3.url };
  const target = createS3Target(place, { credentials: async () => CREDENTIALS, fetch, now: () => NOW });
  const name = '.well-known/openid-configuration';
  expect(await target.read(name)).toBeUndefined();
  await target.write(name, '{"ü":1}', {
    contentType: 'application/json',
    cacheControl: 'public, max-age=3600',
  });
  expect(s3.objects.get(path)).toEqual({
    body: '{"ü":1}',
    contentType: 'application/json',
    cacheControl: 'public, max-age=3600',
  });
  expect(await target.read(name)).toBe('{"ü":1}');
  expect(target.describe(name)).toBe(`s3:/${path}`);
});
