import { describe, expect, test } from 'vitest';
import { parseSubject, toSubject } from '../../src/base/names/account.ts';
import { toConditionPrefix, toProviderArn } from '../../src/trust/provider.ts';

describe('the provider of an issuer', () => {
  test('has the URL without its scheme in ARN and condition keys, a slash at the end included', () => {
    expect(toConditionPrefix('https://h.example/id/A')).toBe('h.example/id/A');
    expect(toConditionPrefix('https://h.example/')).toBe('h.example/');
    expect(toProviderArn('https://h.example/', '111122223333')).toBe(
      'arn:aws:iam::111122223333:oidc-provider/h.example/',
    );
    expect(toProviderArn('https://h.example/id/A', '111122223333', 'aws-cn')).toBe(
      'arn:aws-cn:iam::111122223333:oidc-provider/h.example/id/A',
    );
  });
});

describe('the subject of a ServiceAccount', () => {
  test('has its two names', () => {
    const name = { namespace: 'demo', name: 's3.echoer' };
    expect(parseSubject(toSubject(name))).toEqual(name);
    expect(parseSubject('system:serviceaccount:demo')).toBeUndefined();
    expect(parseSubject('system:serviceaccount:demo:a:b')).toBeUndefined();
    expect(parseSubject('repo:demo:a')).toBeUndefined();
  });
});
