import { isAccountId } from '../aws/arn.ts';
import { keepLastGood, type Reading, type ReadState } from '../base/watched-state.ts';
import type { AnyEntry, ArnField, EntrySection } from './entry.ts';
import { type EntryRules, readEntry } from './read-entry.ts';
import { describeKind, describePlace, type SourceNode } from './source-node.ts';

export type SectionName = EntrySection | 'mapAccounts';

/** `mapAccounts`: whose principals all are users by the name of their ARN. */
export interface AccountList {
  readonly accounts: ReadonlySet<string>;
  /** Items that are no account, each with its place. */
  readonly problems: readonly string[];
}

interface SectionValues {
  readonly mapRoles: readonly AnyEntry[];
  readonly mapUsers: readonly AnyEntry[];
  readonly mapAccounts: AccountList;
}

/** What one look at a source brought, section by section: one that cannot be read does not lose the others. */
export type SectionReadings = { readonly [Name in SectionName]: Reading<SectionValues[Name]> };

/** What is known of each section. */
export type SectionStates = { readonly [Name in SectionName]: ReadState<SectionValues[Name]> };

export const NO_SECTIONS: SectionStates = {
  mapRoles: { kind: 'absent' },
  mapUsers: { kind: 'absent' },
  mapAccounts: { kind: 'absent' },
};

/** A section that cannot be read keeps its last good one; one that can be read replaces it whole. */
export function keepSections(before: SectionStates, readings: SectionReadings): SectionStates {
  return {
    mapRoles: keepLastGood(before.mapRoles, readings.mapRoles),
    mapUsers: keepLastGood(before.mapUsers, readings.mapUsers),
    mapAccounts: keepLastGood(before.mapAccounts, readings.mapAccounts),
  };
}

const ARN_FIELDS: Readonly<Record<EntrySection, ArnField>> = { mapRoles: 'rolearn', mapUsers: 'userarn' };

/** @param node undefined: there is no such section */
export function readEntries(
  node: SourceNode | undefined,
  section: EntrySection,
  rules: EntryRules,
): Reading<readonly AnyEntry[]> {
  const items = readItems(node, section);
  if (items.kind !== 'good') return items;
  const entries = items.value.map((item, index) =>
    readEntry(item, ARN_FIELDS[section], `${section}[${index}]`, rules),
  );
  return { kind: 'good', value: entries };
}

/** Numbers of accounts count as they were typed, with or without quotes: a zero in front is part of them. */
export function readAccounts(node: SourceNode | undefined): Reading<AccountList> {
  const items = readItems(node, 'mapAccounts');
  if (items.kind !== 'good') return items;
  const accounts = new Set<string>();
  const problems: string[] = [];
  for (const [index, item] of items.value.entries()) {
    const text = item.kind === 'text' || item.kind === 'other' ? item.text : '';
    if (isAccountId(text)) accounts.add(text);
    else
      problems.push(
        `mapAccounts[${index}]${describePlace(item.place())}: it is no account: 12 digits in quotes`,
      );
  }
  return { kind: 'good', value: { accounts, problems } };
}

function readItems(node: SourceNode | undefined, section: SectionName): Reading<readonly SourceNode[]> {
  if (node === undefined || node.kind === 'nothing') return { kind: 'absent' };
  if (node.kind === 'list') return { kind: 'good', value: node.items };
  const remedy = 'begin each of its entries with a dash';
  const where = `${section}${describePlace(node.place())}`;
  return { kind: 'malformed', problem: `${where}: it is ${describeKind(node)}, not a list: ${remedy}` };
}

/** Everything that is wrong in what was read, a sentence each. */
export function describeProblems(readings: SectionReadings): readonly string[] {
  const { mapRoles, mapUsers, mapAccounts } = readings;
  return [
    ...[mapRoles, mapUsers, mapAccounts].flatMap((each) => (each.kind === 'malformed' ? [each.problem] : [])),
    ...[mapRoles, mapUsers].flatMap((each) => (each.kind === 'good' ? describeBadEntries(each.value) : [])),
    ...(mapAccounts.kind === 'good' ? mapAccounts.value.problems : []),
  ];
}

export function describeBadEntries(entries: readonly AnyEntry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.kind === 'bad' ? [describeBadEntry(entry)] : []));
}

export function describeBadEntry({ label, place, problem }: AnyEntry & { readonly kind: 'bad' }): string {
  return `${label}${describePlace(place())}: ${problem}`;
}
