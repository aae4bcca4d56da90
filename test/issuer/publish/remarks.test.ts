import { describe, expect, test } from 'vitest';
import { remarkOnIssuer, remarkOnNewKeys } from '../../../src/issuer/publish/remarks.ts';

const ONE = { bucket: 'iam-bridge-demo', prefix: 'one' };
const ROOT = { bucket: 'iam-bridge-demo', prefix: '' };

describe('an issuer', () => {
  test.each([
    ['https://oidc.example/one', ONE],
    ['https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/one', ONE],
    ['https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/one/', ONE],
    ['https://iam-bridge-demo.s3.cn-north-1.amazonaws.com.cn', ROOT],
    ['https://iam-bridge-demo.s3-eu-west-1.amazonaws.com/one', ONE],
    ['https://s3.eu-west-1.amazonaws.com/iam-bridge-demo/one', ONE],
    ['https://s3.amazonaws.com/iam-bridge-demo', ROOT],
    ['https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/two', undefined],
  ])('%s with %j is as AWS wants it', (issuer, place) => {
    expect(remarkOnIssuer(issuer, place)).toEqual([]);
  });

  test.each([
    [
      'https://iam-bridge-demo.s3.eu-west-1.amazonaws.com/two',
      ONE,
      /leads to s3:\/\/iam-bridge-demo\/two and not to s3:\/\/iam-bridge-demo\/one$/,
    ],
    ['https://s3.eu-west-1.amazonaws.com/another/one', ONE, /leads to s3:\/\/another\/one and not/],
    ['https://iam-bridge-demo.s3.amazonaws.com', ONE, /leads to s3:\/\/iam-bridge-demo and not/],
    [
      'https://oidc.example.s3.eu-west-1.amazonaws.com',
      undefined,
      /name has dots.*choose a bucket without dots/,
    ],
    ['https://oidc.example:8443', undefined, /https issuer without a port/],
    ['https://kubernetes.default.svc', undefined, /^AWS STS cannot reach the issuer: kubernetes.default.svc/],
    ['https://10.0.0.1', ONE, /^AWS STS cannot reach the issuer: 10.0.0.1 is a private address/],
    ['http://127.0.0.1:80', undefined, /https issuer without a port/],
  ])('%s with %j is remarked upon', (issuer, place, remark) => {
    expect(remarkOnIssuer(issuer, place)).toEqual([expect.stringMatching(remark)]);
  });
});

describe('a new key', () => {
  const added = { kid: 'b', alg: 'ES256', fate: 'added' } as const;

  test('beside others should not sign for a day', () => {
    const changes = [{ ...added, kid: 'a', fate: 'unchanged' } as const, added];
    expect(remarkOnNewKeys(changes, Date.UTC(2026, 0, 1))).toEqual([
      'let nothing sign with b before 2026-01-02T00:00:00.000Z: STS may not know it until then',
    ]);
  });

  test('that is among the first needs no remark', () => {
    expect(remarkOnNewKeys([added], 0)).toEqual([]);
  });
});
