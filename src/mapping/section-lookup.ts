import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { ReadState } from '../base/watched-state.ts';
import type { AnyEntry } from './entry.ts';
import { createEntryIndex, type EntryIndex, type MatchRules } from './entry-index.ts';
import type { SectionName, SectionStates } from './sections.ts';

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
  const unknown = (['mapRoles', 'mapUsers', 'mapAccounts'] as const).find(
    (name) => states[name].kind === 'malformed',
  );
  return {
    find(identity) {
      // While roles are not known, a user that has an entry of its own gets in all the same: nobody writes it as a role.
      const isBlocked = states.mapRoles.kind === 'malformed' && identity.canonicalArn.includes(':role/');
      const entry = roles?.find(identity) ?? (isBlocked ? undefined : users?.find(identity));
      if (entry !== undefined) return { kind: 'entry', entry };
      if (unknown !== undefined) return { kind: 'unknown', problem: describeUnknown(states, unknown) };
      const isMapped = mapAccounts.kind === 'good' && mapAccounts.value.accounts.has(identity.accountId);
      return isMapped ? { kind: 'account' } : { kind: 'none' };
    },
  };
}

function toIndex(state: ReadState<readonly AnyEntry[]>, rules: MatchRules): EntryIndex | undefined {
  return state.kind === 'good' ? createEntryIndex(state.value, rules) : undefined;
}

function describeUnknown(states: SectionStates, name: SectionName): string {
  const state = states[name];
  return `${name} was never read well${state.kind === 'malformed' ? `: ${state.problem}` : ''}`;
}
