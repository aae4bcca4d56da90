import { describe, expect, test } from 'vitest';
import { PARTITION_NAMES } from '../../src/aws/partition.ts';
import {
  dropPermissionSetEnd,
  dropRolePath,
  toCanonicalArn,
  toPermissionSetArn,
} from '../../src/mapping/principal-arn.ts';

const ACCOUNT = '111122223333';

describe('the ARN that a mapping is compared by', () => {
  test('has letters of ASCII: the sign for kelvin is no k', () => {
    expect(toCanonicalArn(`arn:aws:iam::${ACCOUNT}:role/\u212aing`)).not.toBe(
      `arn:aws:iam::${ACCOUNT}:role/king`,
    );
  });

  test.each(PARTITION_NAMES)('is known in %s', (partition) => {
    const role = `arn:${partition}:iam::${ACCOUNT}:role/dev`;
    expect(toCanonicalArn(`arn:${partition}:sts::${ACCOUNT}:assumed-role/Dev/jane`)).toBe(role);
    expect(toCanonicalArn(`arn:${partition}:iam::${ACCOUNT}:role/Dev`)).toBe(role);
  });

  test('has eight partitions', () => expect(PARTITION_NAMES).toHaveLength(8));

  test.each([
    [`arn:aws:iam::${ACCOUNT}:root`],
    [`arn:aws:iam::${ACCOUNT}:user/bob`],
    [`arn:aws:iam::${ACCOUNT}:user/team/bob`],
    [`arn:aws:iam::${ACCOUNT}:role/team/dev`],
    [`arn:aws:sts::${ACCOUNT}:federated-user/bob`],
  ])('is %s itself', (arn) => expect(toCanonicalArn(arn)).toBe(arn));

  test.each([
    ['arn:aws:sts::1:assumed-role/team/dev/jane', 'arn:aws:iam::1:role/team/dev'],
    ['ARN:AWS:IAM::1:ROLE/DEV', 'arn:aws:iam::1:role/dev'],
  ])('of %s is %s', (arn, canonical) => expect(toCanonicalArn(arn)).toBe(canonical));

  test.each([
    [''],
    ['dev'],
    ['arn:aws:iam::1'],
    ['arn:aws-moon:iam::1:role/dev'],
    ['arn:aw\u017f:iam::1:role/dev'],
    ['arn:aws:sts::1:assumed-role/dev'],
    ['arn:aws:sts::1:session/dev'],
    ['arn:aws:iam::1:group/dev'],
    ['arn:aws:iam::1:instance-profile/dev'],
    ['arn:aws:s3:::bucket'],
    [' arn:aws:iam::1:role/dev'],
  ])('there is none of %j', (arn) => expect(toCanonicalArn(arn)).toBeUndefined());
});

describe('the path of a role', () => {
  test.each([
    ['arn:aws:iam::1:role/team/Dev', 'arn:aws:iam::1:role/dev'],
    ['arn:aws:iam::1:role/a/b/c/Dev', 'arn:aws:iam::1:role/dev'],
    ['arn:aws:iam::1:role/Dev', undefined],
    ['arn:aws:iam::1:user/team/bob', undefined],
    ['arn:aws:sts::1:assumed-role/Dev/jane', undefined],
    ['arn:aws:iam::1:role/team/', undefined],
  ])('%s → %s', (arn, pathless) => expect(dropRolePath(arn)).toBe(pathless));
});

describe('a role of a permission set', () => {
  const begin = toPermissionSetArn({ name: 'Admin', accountId: ACCOUNT, partition: 'aws' });

  test.each([
    ['Admin_0123456789abcdef', true],
    ['Admin_0123456789abcde', false],
    ['Admin_0123456789abcdef0', false],
    ['Admin_0123456789abcdeg', false],
    ['Admin_Readers_0123456789abcdef', false],
    ['Admin0123456789abcdef', false],
    ['Adminx_0123456789abcdef', false],
    ['Admin_', false],
    ['team/AWSReservedSSO_Admin_0123456789abcdef', false],
  ])('%s: %s', (end, matches) => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_${end}`.toLowerCase();
    expect(dropPermissionSetEnd(arn) === begin).toBe(matches);
  });
});
