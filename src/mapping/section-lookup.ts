import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { ReadState } from '../base/watched-state.ts';
import type { AnyEntry, BadEntry } from './entry.ts';
import { createEntryIndex, type EntryIndex, type MatchRules } from './entry-index.ts';
import { describeBadEntry, type SectionName, type SectionStates } from './sections.ts';

/** What a source says of a principal. */
export type Found =
  | { readonly kind: 'entry'; readonly entry: AnyEntry }
  /** Its account is one of `mapAccounts`. */
  | { readonly kind: 'account' }
  /** What is not known may hold an entry for it. */
  | { readonly kind: 'unknown'; readonly problem: string }
  | { readonly kind: 'none' };

/** Roles first, then users, then accounts. */
export interface SectionLookup {
  find(identity: CallerIdentity): Found;
}

export function createSectionLookup(states: SectionStates, rules: MatchRules): SectionLookup {
  const roles = toIndex(states.mapRoles, rules);
  const users = toIndex(states.mapUsers, rules);
  const { mapAccounts } = states;
  const doubt = findDoubt(states, [roles, users]);
  const isRoleInDoubt = states.mapRoles.kind === 'malformed' || roles?.hidden !== undefined;
  return {
    find(identity) {
      // While roles are not known, a user that has an entry of its own gets in all the same: nobody writes it as a role.
      const isBlocked = isRoleInDoubt && identity.canonicalArn.includes(':role/');
      const entry = roles?.find(identity) ?? (isBlocked ? undefined : users?.find(identity));
      if (entry !== undefined) return { kind: 'entry', entry };
      if (doubt !== undefined) return { kind: 'unknown', problem: doubt };
      const isMapped = mapAccounts.kind === 'good' && mapAccounts.value.accounts.has(identity.accountId);
      return isMapped ? { kind: 'account' } : { kind: 'none' };
    },
  };
}

/** Why there may be an entry for somebody for whom none is found. */
function findDoubt(states: SectionStates, indexes: readonly (EntryIndex | undefined)[]): string | undefined {
  const names = ['mapRoles', 'mapUsers', 'mapAccounts'] as const;
  const unknown = names.find((name) => states[name].kind === 'malformed');
  if (unknown !== undefined) return describeUnknown(states, unknown);
  const hidden = indexes.find((index) => index?.hidden)?.hidden;
  return hidden && describeHidden(hidden);
}

/** What entries of one kind say of a principal. */
export function findInIndex(index: EntryIndex, identity: CallerIdentity): Found {
  const entry = index.find(identity);
  if (entry !== undefined) return { kind: 'entry', entry };
  return index.hidden === undefined
    ? { kind: 'none' }
    : { kind: 'unknown', problem: describeHidden(index.hidden) };
}

function describeHidden(entry: BadEntry): string {
  return `whom one entry is for cannot be told, so it may be this principal: ${describeBadEntry(entry)}`;
}

function toIndex(state: ReadState<readonly AnyEntry[]>, rules: MatchRules): EntryIndex | undefined {
  return state.kind === 'good' ? createEntryIndex(state.value, rules) : undefined;
}

function describeUnknown(states: SectionStates, name: SectionName): string {
  const state = states[name];
  return `${name} was never read well${state.kind === 'malformed' ? `: ${state.problem}` : ''}`;
}
