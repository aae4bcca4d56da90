import { describe, expect, test } from 'vitest';
import { parseArn } from '../../src/aws/arn.ts';

describe('an ARN', () => {
  test('has six parts, the last with colons of its own', () => {
    expect(parseArn('arn:aws:iam::111122223333:oidc-provider/h/id:x')).toEqual({
      partition: 'aws',
      service: 'iam',
      region: '',
      account: '111122223333',
      resource: 'oidc-provider/h/id:x',
    });
  });
  test.each(['', 'arn', 'arn:aws:iam::111122223333', 'ARN:aws:iam::1:x', 'system:serviceaccount:a:b:c:d'])(
    'is not %j',
    (text) => {
      expect(parseArn(text)).toBeUndefined();
    },
  );
});
