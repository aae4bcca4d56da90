import { describe, expect, test } from 'vitest';
import type { SignableRequest } from '../../../src/aws/sigv4/request.ts';
import { presignUrl, signRequest } from '../../../src/aws/sigv4/sign.ts';
import { deriveSigningKey, EMPTY_HASH, sha256 } from '../../../src/aws/sigv4/signature.ts';

/** The key pair of AWS's own examples. */
const EXAMPLE_KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)". */
const S3_EXAMPLE = {
  accessKey: EXAMPLE_KEY,
  service: 's3',
  region: 'us-east-1',
  now: Date.UTC(2013, 4, 24),
};

const HOST = ['Host', 'examplebucket.s3.amazonaws.com'] as const;

function signatureOf(headers: readonly (readonly [string, string])[]): string | undefined {
  return /Signature=(\w+)$/.exec(Object.fromEntries(headers)['authorization'] ?? '')?.[1];
}

describe("AWS's own examples", () => {
  test('the signing key of the IAM User Guide', () => {
    const scope = { day: '20150830', region: 'us-east-1', service: 'iam' };
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    expect(deriveSigningKey(secret, scope).toString('hex')).toBe(
      'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
    );
  });

  test('the request of the IAM User Guide', () => {
    const request: SignableRequest = {
      method: 'GET',
      path: '/',
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: [
        ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
        ['Host', 'iam.amazonaws.com'],
      ],
      payloadHash: EMPTY_HASH,
    };
    const accessKey = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    };
    const now = Date.UTC(2015, 7, 30, 12, 36);
    const headers = signRequest(request, { accessKey, service: 'iam', region: 'us-east-1', now });
    expect(signatureOf(headers)).toBe('5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  });

  test('GET Object of the S3 API Reference', () => {
    const request: SignableRequest = {
      method: 'GET',
      path: '/test.txt',
      query: '',
      headers: [HOST, ['Range', 'bytes=0-9'], ['x-amz-content-sha256', EMPTY_HASH]],
      payloadHash: EMPTY_HASH,
    };
    expect(signatureOf(signRequest(request, S3_EXAMPLE))).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  test('the presigned URL of the S3 API Reference', () => {
    const request: SignableRequest = {
      method: 'GET',
      path: '/test.txt',
      query: '',
      headers: [HOST],
      payloadHash: 'UNSIGNED-PAYLOAD',
    };
    expect(presignUrl(request, S3_EXAMPLE, 86_400)).toBe(
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});

/** pkg/token/token_test.go of aws-iam-authenticator, `TestGetWithSTS`, with its made-up key pair. */
test('the hash of nothing, which is written down, is that of nothing', () => {
  expect(EMPTY_HASH).toBe(sha256(''));
});

test('GetCallerIdentity for a cluster, as aws-iam-authenticator presigns it', () => {
  const decode = (text: string): string => Buffer.from(text, 'base64').toString();
  const request: SignableRequest = {
    method: 'GET',
    path: '/',
    query: 'Action=GetCallerIdentity&Version=2011-06-15',
    headers: [
      ['host', 'sts.us-west-2.amazonaws.com'],
      ['x-k8s-aws-id', 'test-cluster'],
    ],
    payloadHash: EMPTY_HASH,
  };
  const accessKey = {
    accessKeyId: decode('QVNJQVIyVEc0NFY2QVMzWlpFN0M='),
    secretAccessKey: decode('NEtENWNudEdjVm1MV1JkRjV3dk5SdXpOTDVReG1wNk9LVlk2RnovUQ=='),
  };
  const signing = { accessKey, service: 'sts', region: 'us-west-2', now: 1_682_640_000_000 };
  const url = new URL(presignUrl(request, signing, 60));
  expect([...url.searchParams.keys()]).toEqual([
    'Action',
    'Version',
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ]);
  expect(url.searchParams.get('X-Amz-Signature')).toBe(
    'e211dba77aba9dc44b0b6be38b8eaad092599c5157f6314444c5b9d85747f5ce',
  );
});

test.each([
  ['no host', { headers: [] }],
  ['a query that cannot be decoded', { query: 'a=%ff' }],
  ['a path that cannot be decoded', { path: '/%ff' }],
] as const)('what cannot be signed is no signature: %s', (_, part) => {
  const request = { method: 'GET', path: '/', query: '', headers: [HOST], payloadHash: EMPTY_HASH, ...part };
  expect(() => signRequest(request, S3_EXAMPLE)).toThrow(Error);
  expect(() => presignUrl(request, S3_EXAMPLE, 60)).toThrow(Error);
});
