import { expect, test } from 'vitest';
import { readAwsPlace } from '../../src/settings/aws-endpoints.ts';

const A = 'http://127.0.0.1:9000';
const B = 'https://s3.test';

test.each([
  [{}, '', undefined],
  [{ AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1', undefined],
  [{ AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-north-1', undefined],
  [{ AWS_REGION: '', AWS_ENDPOINT_URL: A }, '', A],
  [{ AWS_ENDPOINT_URL: A, AWS_ENDPOINT_URL_S3: B }, '', B],
  [{ AWS_ENDPOINT_URL: A, AWS_ENDPOINT_URL_S3: '' }, '', A],
  [{ AWS_ENDPOINT_URL_S3: B, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }, '', undefined],
])('%j is read as the SDKs read it', (env, region, s3Endpoint) => {
  const problems: string[] = [];
  expect(readAwsPlace(env, problems)).toEqual({ region, s3Endpoint });
  expect(problems).toEqual([]);
});

test.each(['s3.test', 'ftp://s3.test', 'https://u:p@s3.test', 'https://s3.test/?a=b', 'https://s3.test/#a'])(
  'an endpoint %j is told by the name of its variable, without its value',
  (value) => {
    const problems: string[] = [];
    readAwsPlace({ AWS_ENDPOINT_URL: value }, problems);
    expect(problems).toEqual([
      expect.stringMatching(/^AWS_ENDPOINT_URL is no http:\/\/ or https:\/\/ URL .*: unset/),
    ]);
  },
);
