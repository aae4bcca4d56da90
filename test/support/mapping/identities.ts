import { type CallerIdentity, toCallerIdentity } from '../../../src/aws/caller-identity.ts';

export const ACCOUNT = '111122223333';

/** A session of a role, as STS tells of it. */
export function toRoleSession(
  role: string,
  {
    session = 'jane',
    roleId = 'AROAEXAMPLEJANE',
    account = ACCOUNT,
    partition = 'aws',
    accessKeyId = 'ASIAEXAMPLE',
  } = {},
): CallerIdentity {
  const arn = `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`;
  return read({ account, arn, userId: `${roleId}:${session}` }, accessKeyId);
}

/** An IAM user, whose path STS tells. */
export function toUser(name: string, { account = ACCOUNT, userId = 'AIDAEXAMPLEBOB' } = {}): CallerIdentity {
  return read({ account, arn: `arn:aws:iam::${account}:user/${name}`, userId }, 'AKIAEXAMPLE');
}

function read(result: Parameters<typeof toCallerIdentity>[0], accessKeyId: string): CallerIdentity {
  const identity = toCallerIdentity(result, accessKeyId);
  if ('problem' in identity) throw new Error(identity.problem);
  return identity;
}
