import { parseArn } from '../aws/arn.ts';
import type { CallerIdentity } from '../aws/caller-identity.ts';
import { PARTITION_NAMES } from '../aws/partition.ts';
import type { AnyEntry, BadEntry, EntryPrincipal } from './entry.ts';
import {
  dropPermissionSetEnd,
  dropRolePath,
  toCanonicalArn,
  toLowerCase,
  toPermissionSetArn,
} from './principal-arn.ts';

/** How the entries of a source are compared with principals. Case never counts in ARNs. */
export interface MatchRules {
  /**
   * `typed`: the text of the ARN itself, as aws-auth has it; `canonical`: what it stands for, so that the ARN of a session
   * is its role; `user-id`: the unique id, and the ARN has to agree where there is one.
   */
  readonly by: 'typed' | 'canonical' | 'user-id';
  /** Whether entries with `sso` match anybody: the Go program's gate SSORoleMatch. */
  readonly permissionSets: boolean;
}

/** Finds the entry for a principal; of several for one, the last counts. */
export interface EntryIndex {
  find(identity: CallerIdentity): AnyEntry | undefined;
  /** The first that may be for anybody; see {@link BadEntry}. */
  readonly hidden: BadEntry | undefined;
}

export function createEntryIndex(entries: readonly AnyEntry[], rules: MatchRules): EntryIndex {
  const index = new Map<string, AnyEntry>();
  for (const entry of entries) {
    const principals = entry.kind === 'good' ? [entry.principal] : entry.claims;
    for (const key of principals.flatMap((principal) => toKeys(principal, rules))) index.set(key, entry);
  }
  return {
    hidden: entries.find((entry): entry is BadEntry => entry.kind === 'bad' && entry.isHidden),
    find(identity) {
      for (const key of toSearchKeys(identity)) {
        const entry = index.get(key);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
  };
}

/** Keys begin with what they are, so that no unique id can ever be taken for an ARN. */
function toKeys(
  { arn, userId, permissionSet }: EntryPrincipal,
  { by, permissionSets }: MatchRules,
): readonly string[] {
  if (permissionSet !== undefined) return permissionSets ? [`set ${toPermissionSetArn(permissionSet)}`] : [];
  if (by === 'user-id' && userId !== undefined) return [`id ${userId}`];
  if (arn === undefined) return [];
  const canonical = by === 'typed' ? toLowerCase(arn) : toCanonicalArn(arn);
  const pathless = dropRolePath(arn);
  if (by === 'user-id') return [`arn ${pathless ?? canonical}`];
  return [
    ...(canonical === undefined ? [] : [`arn ${canonical}`]),
    // STS tells a role without its path: only its unique id tells it from a namesake.
    ...(pathless === undefined || userId === undefined ? [] : [`role ${pathless} ${userId}`]),
  ];
}

/** What says most of a principal comes first. */
function toSearchKeys({ canonicalArn, userId }: CallerIdentity): readonly string[] {
  const arn = toLowerCase(canonicalArn);
  const permissionSet = dropPermissionSetEnd(arn);
  return [
    `id ${userId}`,
    `role ${arn} ${userId}`,
    `arn ${arn}`,
    ...(permissionSet === undefined ? [] : [`set ${permissionSet}`]),
  ];
}

/**
 * Whether the ARN of an entry that was found by its unique id is that of the principal, path and case of names aside. An entry that
 * disagrees with itself is for nobody: to go by the id alone would leave audits in the dark.
 */
export function isSamePrincipal({ arn }: EntryPrincipal, { canonicalArn }: CallerIdentity): boolean {
  if (arn === undefined) return true;
  const { partition, resource } = parseArn(arn) ?? { partition: '', resource: '' };
  // As the Go program: case counts in all that makes it the ARN of a role.
  if (!PARTITION_NAMES.includes(partition)) return false;
  const pathless = resource.startsWith('role/') ? dropRolePath(arn) : undefined;
  return (pathless ?? toLowerCase(arn)) === toLowerCase(canonicalArn);
}
