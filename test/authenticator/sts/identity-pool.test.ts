import { expect, test } from 'vitest';
import { createIdentityPool } from '../../../src/authenticator/sts/identity-pool.ts';
import type { CallerIdentity } from '../../../src/aws/caller-identity.ts';

const IDENTITY: CallerIdentity = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/jane',
  canonicalArn: 'arn:aws:iam::111122223333:role/Deployer',
  partition: 'aws',
  accountId: '111122223333',
  userId: 'AROAEXAMPLE:jane',
  sessionName: 'jane',
  accessKeyId: 'ASIAEXAMPLE',
};

test('an identity that is met again is the one before', () => {
  const share = createIdentityPool();
  const first = share({ ...IDENTITY });
  expect(share({ ...IDENTITY })).toBe(first);
});

test.each([
  ['ARN', { arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/june' }],
  ['unique id, as that of a role that was made anew', { userId: 'AROAANOTHER:jane' }],
  ['key', { accessKeyId: 'ASIAANOTHER' }],
  [
    'key whose name goes over into that of another part',
    { userId: 'AROAEXAMPLE:jane","ASIA', accessKeyId: 'EXAMPLE' },
  ],
])('another %s is another identity', (_, part) => {
  const share = createIdentityPool();
  share(IDENTITY);
  expect(share({ ...IDENTITY, ...part })).toEqual({ ...IDENTITY, ...part });
});

test('whoever was met the longest ago makes room', () => {
  const share = createIdentityPool(2);
  const [a, b, c] = ['a', 'b', 'c'].map((accessKeyId) => ({ ...IDENTITY, accessKeyId }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('no identities');
  for (const each of [a, b, a, c]) share(each);
  expect(share({ ...a })).toBe(a);
  expect(share({ ...b })).not.toBe(b);
});
