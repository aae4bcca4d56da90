import { describe, expect, test } from 'vitest';
import { toCallerIdentity } from '../../src/aws/caller-identity.ts';

const ACCOUNT = '111122223333';

describe('the identity that STS names', () => {
  test('of a role session is the role without the session', () => {
    expect(
      toCallerIdentity(
        {
          account: ACCOUNT,
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/jane@corp`,
          userId: 'AROAEXAMPLE:jane@corp',
        },
        'ASIAEXAMPLE',
      ),
    ).toEqual({
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/jane@corp`,
      canonicalArn: `arn:aws:iam::${ACCOUNT}:role/Deployer`,
      partition: 'aws',
      accountId: ACCOUNT,
      userId: 'AROAEXAMPLE',
      sessionName: 'jane@corp',
      accessKeyId: 'ASIAEXAMPLE',
    });
  });

  test.each([
    ['a user', `arn:aws:iam::${ACCOUNT}:user/team/jane`, 'AIDAEXAMPLE'],
    ['a root', `arn:aws-cn:iam::${ACCOUNT}:root`, ACCOUNT],
    ['a federated user', `arn:aws:sts::${ACCOUNT}:federated-user/jane`, `${ACCOUNT}:jane`],
  ])('of %s is taken whole', (_, arn, userId) => {
    expect(toCallerIdentity({ account: ACCOUNT, arn, userId })).toMatchObject({
      arn,
      canonicalArn: arn,
      userId,
      sessionName: '',
      accessKeyId: '',
    });
  });

  test.each([
    ['no ARN', 'jane', 'AIDAEXAMPLE', 'malformed'],
    ['a partition that nobody knows', `arn:aws-mars:iam::${ACCOUNT}:root`, ACCOUNT, 'partition'],
    ['a region', `arn:aws:sts:eu-west-1:${ACCOUNT}:assumed-role/R/s`, 'AROA:s', 'malformed'],
    ['another account', 'arn:aws:iam::444455556666:root', ACCOUNT, 'another'],
    ['a short account', 'arn:aws:iam::1:root', '1', '12 digits'],
    ['another service', `arn:aws:s3::${ACCOUNT}:user/jane`, 'AIDAEXAMPLE', 'neither'],
    ['a role without session', `arn:aws:sts::${ACCOUNT}:assumed-role/R`, 'AROA:s', 'neither'],
    ['a session with a slash', `arn:aws:sts::${ACCOUNT}:assumed-role/R/a/b`, 'AROA:b', 'neither'],
    ['no user id', `arn:aws:iam::${ACCOUNT}:user/jane`, '', 'empty'],
    ['a user id of one part', `arn:aws:sts::${ACCOUNT}:assumed-role/R/s`, 'AROA', 'ID:SESSION'],
    ['a user id of three parts', `arn:aws:sts::${ACCOUNT}:assumed-role/R/s`, 'a:aws:s', 'ID:SESSION'],
    ['two session names', `arn:aws:sts::${ACCOUNT}:assumed-role/R/s`, 'AROA:t', 'session name'],
  ])('is refused with %s', (_, arn, userId, problem) => {
    expect(toCallerIdentity({ account: ACCOUNT, arn, userId })).toEqual({
      problem: expect.stringContaining(problem),
    });
  });
});
