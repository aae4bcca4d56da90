import { describe, expect, test } from 'vitest';
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
