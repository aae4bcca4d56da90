import { describe, expect, test } from 'vitest';
import { parseRoleArn } from '../../src/aws/role-arn.ts';
import { measureCpuTime } from '../support/cpu-time.ts';

describe('a well-formed role ARN', () => {
  test.each([
    'arn:aws:iam::111122223333:role/reader',
    'arn:aws:iam::111122223333:role/team/reports/reader',
    'arn:aws-cn:iam::111122223333:role/reader',
    'arn:aws-us-gov:iam::111122223333:role/reader',
    'arn:aws-newland-2:iam::111122223333:role/reader',
    'arn:aws:iam::000000000000:role/aws-service-role/x.amazonaws.com/R_e+a=d,e.r@-1',
    'arn:aws:iam::111122223333:role/a:b/(c)!~/reader',
    'arn:aws:iam::111122223333:role/team//reports/reader',
    'arn:aws:iam::111122223333:role///reader',
    `arn:aws:iam::111122223333:role/${'n'.repeat(64)}`,
    `arn:aws:iam::111122223333:role/${'p'.repeat(510)}/${'n'.repeat(64)}`,
  ])('%s', (text) => {
    expect(parseRoleArn(text)).toBe(text);
  });
});

describe('a malformed role ARN', () => {
  test.each([
    ['nothing', ''],
    ['a bare name', 'reader'],
    ['11 digits', 'arn:aws:iam::11112222333:role/reader'],
    ['13 digits', 'arn:aws:iam::1111222233334:role/reader'],
    ['digits of another script', 'arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/reader'],
    ['a region', 'arn:aws:iam:eu-west-1:111122223333:role/reader'],
    ['another partition word', 'arn:awz:iam::111122223333:role/reader'],
    ['a partition in upper case', 'arn:AWS:iam::111122223333:role/reader'],
    ['an assumed role', 'arn:aws:sts::111122223333:assumed-role/reader/session'],
    ['a user', 'arn:aws:iam::111122223333:user/reader'],
    ['no name', 'arn:aws:iam::111122223333:role/'],
    ['no name behind a path', 'arn:aws:iam::111122223333:role/team/'],
    ['a path that is nothing but a slash too many', 'arn:aws:iam::111122223333:role//reader'],
    ['a name of 65 characters', `arn:aws:iam::111122223333:role/${'n'.repeat(65)}`],
    ['a leading space', ' arn:aws:iam::111122223333:role/reader'],
    ['a trailing line end', 'arn:aws:iam::111122223333:role/reader\n'],
    ['a wildcard', 'arn:aws:iam::111122223333:role/*'],
    ['a reference that Kubernetes expands', 'arn:aws:iam::111122223333:role/$(POD_NAME)'],
    ['a reference in its path', 'arn:aws:iam::111122223333:role/$(POD_NAME)/reader'],
    ['a space in its path', 'arn:aws:iam::111122223333:role/a b/reader'],
    ['a letter outside ASCII', 'arn:aws:iam::111122223333:role/größe'],
    ['more than any ARN can have', `arn:aws:iam::111122223333:role/${'p/'.repeat(400)}n`],
  ])('%s', (_what, text) => {
    expect(parseRoleArn(text)).toBeUndefined();
  });
});

test('a long malformed ARN costs no more than its length', async () => {
  const cost = await measureCpuTime(() => {
    parseRoleArn(`arn:aws:iam::111122223333:role/${'a/'.repeat(3_000_000)}!`);
    parseRoleArn(`arn:aws:iam::111122223333:role/${'a/'.repeat(330)}!`);
  });
  expect(cost).toBeLessThan(15_000);
});
