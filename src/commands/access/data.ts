import type { EntryRef } from '../../access/entry-ref.ts';
import { showHoles } from '../../access/holes.ts';
import type { LostEntry } from '../../access/losers.ts';
import type { OriginatedGroup } from '../../access/person.ts';
import type { Principal } from '../../access/principal.ts';
import type { Resolution } from '../../access/resolve.ts';
import type { Identity } from '../../rbac/identity.ts';

/** An IAM principal, for programs. */
export interface PrincipalData {
  /** As STS would tell it, with `*` for a session that nobody named. */
  readonly arn: string;
  readonly canonicalArn: string;
  readonly account: string;
  readonly session?: string;
}

export function toPrincipalData({ identity, session }: Principal): PrincipalData {
  const { arn, canonicalArn, accountId } = identity;
  return {
    arn: showHoles(arn),
    canonicalArn,
    account: accountId,
    ...(session !== undefined && session !== '' && { session }),
  };
}

/** What the mappings say of a principal, for programs. */
export type MappingData = { readonly others: readonly LostEntry[] } & (
  | {
      readonly outcome: 'mapped';
      readonly by: EntryRef;
      readonly username: string;
      readonly groups: readonly string[];
    }
  | { readonly outcome: 'unmapped' }
  | { readonly outcome: 'failed'; readonly code: string; readonly message: string; readonly by?: EntryRef }
);

export function toMappingData(resolution: Resolution): MappingData {
  const { others } = resolution;
  switch (resolution.kind) {
    case 'mapped': {
      const { user, by } = resolution;
      return {
        outcome: 'mapped',
        by,
        username: showHoles(user.username),
        groups: user.groups.map(showHoles),
        others,
      };
    }
    case 'unmapped':
      return { outcome: 'unmapped', others };
    case 'failed': {
      const { code, message, by } = resolution;
      return { outcome: 'failed', code, message, ...(by && { by }), others };
    }
  }
}

/** `origin` holds the kind, and of a mapping the entry's members beside it. */
export interface GroupData {
  readonly name: string;
  readonly origin: { readonly kind: OriginatedGroup['origin']['kind'] } & Partial<EntryRef>;
}

export function toGroupData({ name, origin }: OriginatedGroup): GroupData {
  return {
    name: showHoles(name),
    origin: origin.kind === 'mapping' ? { kind: 'mapping', ...origin.entry } : origin,
  };
}

/** Who was asked about; a star stands for what is open. */
export function toIdentityData({ user, groups }: Identity): {
  readonly user?: string;
  readonly groups: readonly string[];
} {
  return { ...(user !== undefined && { user: showHoles(user) }), groups: groups.map(showHoles) };
}
