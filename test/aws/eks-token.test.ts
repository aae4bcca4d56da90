import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isClusterId, renderEksToken } from '../../src/aws/eks-token.ts';
import { readPresignedUrl } from '../../src/aws/sigv4/presigned-url.ts';
import { verifySignature } from '../../src/aws/sigv4/verify.ts';

/** The public dummy pair of the Go program's own test, and the signature that it expects of it. */
const GOLDEN = {
  accessKeyId: Buffer.from('QVNJQVIyVEc0NFY2QVMzWlpFN0M=', 'base64').toString(),
  secretAccessKey: Buffer.from(
    'NEtENWNudEdjVm1MV1JkRjV3dk5SdXpOTDVReG1wNk9LVlk2RnovUQ==',
    'base64',
  ).toString(),
};
const GOLDEN_SIGNATURE = 'e211dba77aba9dc44b0b6be38b8eaad092599c5157f6314444c5b9d85747f5ce';

function toUrl(token: string): string {
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
}

test('a token is the URL that the Go program makes of the same key, second and cluster', () => {
  const token = renderEksToken({
    clusterId: 'test-cluster',
    accessKey: GOLDEN,
    host: 'sts.us-west-2.amazonaws.com',
    region: 'us-west-2',
    now: 1_682_640_000_000,
  });
  const url = new URL(toUrl(token));
  expect(url.origin + url.pathname).toBe('https://sts.us-west-2.amazonaws.com/');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${GOLDEN.accessKeyId}/20230428/us-west-2/sts/aws4_request`,
    'X-Amz-Date': '20230428T000000Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': GOLDEN_SIGNATURE,
  });
});

test('a token has one reading, and its signature holds for its cluster and no other', () => {
  const id = fc.stringMatching(/^[!-~]{1,40}$/);
  const keys = fc.record({
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{40}$/),
    sessionToken: fc.base64String({ minLength: 4, maxLength: 4_096 }),
  });
  fc.assert(
    fc.property(id, id, keys, fc.nat(4_000_000_000), (clusterId, other, accessKey, seconds) => {
      const region = 'eu-west-1';
      const now = seconds * 1_000;
      const text = toUrl(
        renderEksToken({ clusterId, accessKey, host: `sts.${region}.amazonaws.com`, region, now }),
      );
      expect(readPresignedUrl(text)).toMatchObject({ kind: 'presigned-url', path: '/' });
      const judge = (cluster: string) =>
        verifySignature(
          {
            method: 'GET',
            path: '/',
            query: text.slice(text.indexOf('?') + 1),
            headers: [
              ['host', `sts.${region}.amazonaws.com`],
              ['x-k8s-aws-id', cluster],
            ],
            payloadHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          },
          { service: 'sts', region, now, findCredentials: () => accessKey },
        ).kind;
      expect(judge(clusterId)).toBe('verified');
      if (other !== clusterId) expect(judge(other)).toBe('refused');
    }),
  );
});

describe('the id of a cluster', () => {
  test.each(['demo', 'a', 'prod-1', '0fbbf0f1-5f1b-4a4e-9f0a-3c1b7e5d2a10', 'my cluster', 'a/b:c'])(
    '%j is one',
    (id) => {
      expect(isClusterId(id)).toBe(true);
    },
  );

  test.each(['', ' demo', 'demo ', 'a  b', 'a\nb', 'a\r\nx-evil: 1', 'dé', 'a\tb', 'a'.repeat(1_025)])(
    '%j is none',
    (id) => {
      expect(isClusterId(id)).toBe(false);
      const token = {
        clusterId: id,
        accessKey: GOLDEN,
        host: 'sts.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        now: 0,
      };
      expect(() => renderEksToken(token)).toThrow('the cluster id is malformed');
    },
  );
});
