import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { AnyEntry } from './entry.ts';
import type { MatchRules } from './entry-index.ts';
import { describeFlaws } from './findings.ts';
import type { BackendName } from './mapper.ts';
import type { TellMapping } from './mapping-events.ts';
import { createSectionLookup, type Found, type SectionLookup } from './section-lookup.ts';
import {
  describeProblems,
  keepSections,
  NO_SECTIONS,
  type SectionReadings,
  type SectionStates,
} from './sections.ts';

/** What is known of a source with sections, from one reading to the next. */
export interface SectionStore {
  find(identity: CallerIdentity): Found;
  /** Whether the source was looked at. */
  isKnown(): boolean;
  /** What is wrong with the newest reading; the first of several. */
  problem(): string | undefined;
  take(readings: SectionReadings): void;
  /** The source is there, but nothing of it can be read. */
  refuse(problem: string): void;
  /** The source is gone, and its mappings with it. */
  clear(): void;
}

export interface SectionStoreOptions {
  readonly backend: BackendName;
  readonly rules: MatchRules;
  readonly report: TellMapping;
}

export function createSectionStore({ backend, rules, report }: SectionStoreOptions): SectionStore {
  let states: SectionStates | undefined;
  let lookup: SectionLookup = unknown('it was not read yet');
  let told = '';
  let problems: readonly string[] = [];

  /** Lists come again and again and mostly say the same. */
  function tell(event: Parameters<TellMapping>[0]): void {
    const words = JSON.stringify(event);
    if (words !== told) report(event);
    told = words;
  }

  function become(next: SectionStates): void {
    states = next;
    lookup = createSectionLookup(next, rules);
  }

  return {
    find: (identity) => lookup.find(identity),
    isKnown: () => states !== undefined,
    problem: () => summarise(problems),
    take(readings) {
      become(keepSections(states ?? NO_SECTIONS, readings));
      problems = describeProblems(readings);
      const flaws = describeFlaws([readings.mapRoles, readings.mapUsers].flatMap(toEntries));
      tell({ kind: 'read', backend, entries: countEntries(readings), problems, flaws });
    },
    refuse(problem) {
      const malformed = { kind: 'malformed', problem } as const;
      const readings = { mapRoles: malformed, mapUsers: malformed, mapAccounts: malformed };
      problems = [problem];
      become(keepSections(states ?? readings, readings));
    },
    clear() {
      problems = [];
      become(NO_SECTIONS);
      tell({ kind: 'absent', backend });
    },
  };
}

/** The first of several, and how many more there are. */
export function summarise(problems: readonly string[]): string | undefined {
  const [first, ...others] = problems;
  return first === undefined || others.length === 0 ? first : `${first}; and ${others.length} more`;
}

function unknown(problem: string): SectionLookup {
  return { find: () => ({ kind: 'unknown', problem }) };
}

function countEntries({ mapRoles, mapUsers, mapAccounts }: SectionReadings): number {
  const accounts = mapAccounts.kind === 'good' ? mapAccounts.value.accounts.size : 0;
  return [mapRoles, mapUsers].flatMap(toEntries).length + accounts;
}

function toEntries(section: SectionReadings['mapRoles']): readonly AnyEntry[] {
  return section.kind === 'good' ? section.value : [];
}
