import { parseArn } from '../aws/arn.ts';
import type { CallerIdentity } from '../aws/caller-identity.ts';
import { measureDistance } from '../base/edit-distance.ts';
import type { AnyEntry, EntryPrincipal } from '../mapping/entry.ts';
import { createEntryIndex } from '../mapping/entry-index.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { dropRolePath, toCanonicalArn, toLowerCase } from '../mapping/principal-arn.ts';
import { type EntryRef, toEntryRef } from './entry-ref.ts';

/** Why an entry that looks as if it were for a principal does not decide, in one table. */
export const LOSSES = {
  'user-id-open':
    'it is for one unique id, and nobody has said which this principal has: give --user-id to know whether it decides',
  shadowed: 'it is for this principal, too, and another entry counts before it',
  path: 'its ARN has the path of the role, which STS does not tell: it never matches; leave the path out',
  'assumed-role':
    'its ARN is that of a session, and aws-auth is compared by the ARN of the role: it never matches; write arn:…:iam::…:role/NAME',
  'permission-set': 'it is for a permission set, and the gate SSORoleMatch is not on: it never matches',
  'user-id': 'it is for another unique id: a principal of this name that was made anew, or before',
  partition: 'its ARN is of another partition of AWS',
  account: 'its ARN is of another account',
  kind: 'its ARN has that name, and is of another kind: a user is no role',
  name: 'its ARN has nearly that name',
} as const;

export type Loss = keyof typeof LOSSES;

/** An entry that was passed by. */
export interface LostEntry extends EntryRef {
  readonly reason: Loss;
  readonly message: string;
}

/** As many near ones are told. */
const MOST = 10;

/**
 * The entries that somebody may take for those of a principal, and why each does not decide, in the order of the sources.
 * @param winner of the decision, if there is one
 */
export function findLosers(
  sources: readonly MappingSource[],
  identity: CallerIdentity,
  winner: AnyEntry | undefined,
): readonly LostEntry[] {
  const lost: LostEntry[] = [];
  for (const source of sources) {
    for (const entry of source.entries) {
      const reason = entry === winner ? undefined : findLoss(source, entry, identity);
      if (reason !== undefined) lost.push({ ...toEntryRef(source, entry), reason, message: LOSSES[reason] });
    }
  }
  const order = Object.keys(LOSSES);
  return lost
    .toSorted((left, right) => order.indexOf(left.reason) - order.indexOf(right.reason))
    .slice(0, MOST);
}

function findLoss({ rules }: MappingSource, entry: AnyEntry, identity: CallerIdentity): Loss | undefined {
  if (createEntryIndex([entry], rules).find(identity) !== undefined) return 'shadowed';
  const principals = entry.kind === 'good' ? [entry.principal] : entry.claims;
  return principals.map((principal) => compare(principal, identity, rules.permissionSets)).find(Boolean);
}

function compare(
  { arn, userId, permissionSet }: EntryPrincipal,
  identity: CallerIdentity,
  permissionSets: boolean,
): Loss | undefined {
  const wanted = toLowerCase(identity.canonicalArn);
  if (permissionSet !== undefined) {
    const { accountId, name } = permissionSet;
    const isSet = wanted.includes(`:${accountId}:role/awsreservedsso_${name.toLowerCase()}_`);
    return isSet && !permissionSets ? 'permission-set' : undefined;
  }
  if (arn === undefined) return undefined;
  const typed = toLowerCase(arn);
  const pathless = dropRolePath(arn);
  const ofOther = identity.userId === '' ? 'user-id-open' : 'user-id';
  if (pathless === wanted) return userId === undefined ? 'path' : ofOther;
  if (typed === wanted) return ofOther;
  if (toCanonicalArn(arn) === wanted) return 'assumed-role';
  return compareParts(pathless ?? toCanonicalArn(arn) ?? typed, wanted);
}

function compareParts(typed: string, wanted: string): Loss | undefined {
  const [left, right] = [parseArn(typed), parseArn(wanted)];
  if (left === undefined || right === undefined) return undefined;
  const isSameAccount = left.account === right.account;
  if (left.resource === right.resource) {
    if (!isSameAccount) return 'account';
    return left.partition === right.partition ? undefined : 'partition';
  }
  if (!isSameAccount) return undefined;
  const [leftName, rightName] = [toName(left.resource), toName(right.resource)];
  if (leftName === rightName) return 'kind';
  return measureDistance(leftName, rightName) <= 2 ? 'name' : undefined;
}

function toName(resource: string): string {
  return resource.slice(resource.lastIndexOf('/') + 1);
}
