import type { Backend } from './backend.ts';
import type { AnyEntry } from './entry.ts';
import { createEntryIndex, type MatchRules } from './entry-index.ts';
import type { BackendName } from './mapper.ts';
import { createSectionLookup, findInIndex } from './section-lookup.ts';
import {
  describeBadEntry,
  describeProblems,
  keepSections,
  NO_SECTIONS,
  type SectionReadings,
} from './sections.ts';

/** Mappings as one look at their source found them: to be asked, or to be gone through from the user to the principal. */
export interface MappingSource {
  /** Where they were read, for people: `aws-auth of the cluster`, or the path of a file. */
  readonly where: string;
  /** What the chain asks. Of what could not be read it says `unknown`, not `none`. */
  readonly backend: Backend;
  /** In the order in which they stand, bad ones among them; of several for one principal the last counts. */
  readonly entries: readonly AnyEntry[];
  /** How `entries` are compared with principals. */
  readonly rules: MatchRules;
  /** Of `mapAccounts`. */
  readonly accounts: ReadonlySet<string>;
  /** What was left out, is not there, or may not be read: a sentence each. */
  readonly notes: readonly string[];
}

/** What a source is called. */
export interface SourceName {
  readonly where: string;
  readonly backend: BackendName;
}

/** A source that has `mapRoles`, `mapUsers` and `mapAccounts`. */
export function toSectionsSource(
  { where, backend: name }: SourceName,
  readings: SectionReadings,
  rules: MatchRules,
): MappingSource {
  const { mapRoles, mapUsers, mapAccounts } = readings;
  const { find } = createSectionLookup(keepSections(NO_SECTIONS, readings), rules);
  return {
    where,
    backend: { name, find },
    entries: [mapRoles, mapUsers].flatMap((each) => (each.kind === 'good' ? each.value : [])),
    rules,
    accounts: mapAccounts.kind === 'good' ? mapAccounts.value.accounts : new Set(),
    notes: describeProblems(readings).map((problem) => `${where}: ${problem}`),
  };
}

/** A source whose entries all are of one kind. */
export function toEntriesSource(
  { where, backend: name }: SourceName,
  entries: readonly AnyEntry[],
  rules: MatchRules,
): MappingSource {
  const index = createEntryIndex(entries, rules);
  return {
    where,
    backend: { name, find: (identity) => findInIndex(index, identity) },
    entries,
    rules,
    accounts: new Set(),
    notes: entries.flatMap((each) => (each.kind === 'bad' ? [`${where}: ${describeBadEntry(each)}`] : [])),
  };
}

/**
 * A source without entries.
 * @param note why
 * @param isUnknown it may have some, which nobody may look at: whoever comes to it is refused
 */
export function toEmptySource(
  { where, backend: name }: SourceName,
  note: string,
  isUnknown: boolean,
): MappingSource {
  return {
    where,
    backend: { name, find: () => (isUnknown ? { kind: 'unknown', problem: note } : { kind: 'none' }) },
    entries: [],
    rules: { by: 'canonical', permissionSets: false },
    accounts: new Set(),
    notes: [`${where}: ${note}`],
  };
}
