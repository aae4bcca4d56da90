import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { EntryPrincipal } from '../mapping/entry.ts';
import type { MatchRules } from '../mapping/entry-index.ts';
import { dropRolePath, toCanonicalArn, toLowerCase, toPermissionSetArn } from '../mapping/principal-arn.ts';
import { ACCESS_KEY_HOLE, ACCOUNT_HOLE, SESSION_HOLE } from './holes.ts';
import { type Principal, readPrincipal } from './principal.ts';

/** IAM Identity Center draws the end of a role's name; nobody writes an entry for this one. */
const SOME_END = '0a1b2c3d4e5f6a7b';

/**
 * Whom an entry is for, to be asked about: what it leaves open is a hole, and no unique id where it asks for none.
 * @returns undefined where it is no principal that AWS has
 */
export function toEntryPrincipal(principal: EntryPrincipal, rules: MatchRules): Principal | undefined {
  const { arn, userId, permissionSet } = principal;
  if (permissionSet !== undefined) return read(`${toPermissionSetArn(permissionSet)}${SOME_END}`);
  const wantedId = findWantedId(principal, rules);
  if (arn !== undefined) return read(toComparedArn(arn), wantedId);
  return userId === undefined ? undefined : { identity: toUnknown(userId), session: undefined, notes: [] };
}

/** The unique id without which an entry does not match. */
export function findWantedId({ arn, userId }: EntryPrincipal, { by }: MatchRules): string | undefined {
  return by === 'user-id' || (arn !== undefined && dropRolePath(arn) !== undefined) ? userId : undefined;
}

/** What STS tells of the principal of an ARN, in lower case. */
export function toComparedArn(arn: string): string {
  return dropRolePath(arn) ?? toCanonicalArn(arn) ?? toLowerCase(arn);
}

function read(arn: string, userId?: string): Principal | undefined {
  const reading = readPrincipal({ arn, ...(userId !== undefined && { userId }) });
  return reading.kind === 'principal' ? reading.principal : undefined;
}

/** Of a unique id alone nobody knows the ARN. */
function toUnknown(userId: string): CallerIdentity {
  return {
    partition: 'aws',
    accountId: ACCOUNT_HOLE,
    arn: '',
    canonicalArn: '',
    userId,
    sessionName: SESSION_HOLE,
    accessKeyId: ACCESS_KEY_HOLE,
  };
}
