import type { Backend } from './backend.ts';
import type { AnyEntry } from './entry.ts';
import { toCanonicalArn } from './principal-arn.ts';
import type { EntryRules } from './read-entry.ts';
import { createSectionLookup } from './section-lookup.ts';
import {
  describeProblems,
  keepSections,
  NO_SECTIONS,
  readAccounts,
  readEntries,
  type SectionReadings,
} from './sections.ts';
import { toSourceNode } from './value-nodes.ts';

/** `server.mapRoles`, `server.mapUsers` and `server.mapAccounts` of a configuration, as its loader gave them. */
export interface MountedMappings {
  readonly mapRoles?: unknown;
  readonly mapUsers?: unknown;
  readonly mapAccounts?: unknown;
}

export interface MountedReading {
  /** What the Go program would refuse to start with, a sentence each. */
  readonly problems: readonly string[];
  /** What can never take effect, such as an account without 12 digits. */
  readonly warnings: readonly string[];
  readonly sections: SectionReadings;
}

/** Its loader makes text of numbers and lists of texts with commas. */
const RULES: EntryRules = { convertScalars: true, permissionSets: true, byUserId: false };

/** Reads the mappings of a server's own configuration, which is there once and for all: what is bad keeps it from starting. */
export function readMountedMappings(raw: MountedMappings): MountedReading {
  const sections: SectionReadings = {
    mapRoles: readEntries(toSourceNode(raw.mapRoles), 'mapRoles', RULES),
    mapUsers: readEntries(toSourceNode(raw.mapUsers), 'mapUsers', RULES),
    mapAccounts: readAccounts(toSourceNode(raw.mapAccounts)),
  };
  const { mapAccounts } = sections;
  const warnings = mapAccounts.kind === 'good' ? mapAccounts.value.problems : [];
  const entries = [sections.mapRoles, sections.mapUsers].flatMap((each) =>
    each.kind === 'good' ? each.value : [],
  );
  const problems = describeProblems(sections).filter((problem) => !warnings.includes(problem));
  return { problems: [...problems, ...entries.flatMap(checkArn)], warnings, sections };
}

function checkArn(entry: AnyEntry): readonly string[] {
  const arn = entry.kind === 'good' ? entry.principal.arn : undefined;
  if (arn === undefined || toCanonicalArn(arn) !== undefined) return [];
  return [`${entry.label}: its ARN is none of a role, a user or a session in a partition of AWS`];
}

/** @param permissionSets whether entries with `sso` match: the gate SSORoleMatch */
export function createMountedFile({ sections }: MountedReading, permissionSets: boolean): Backend {
  const lookup = createSectionLookup(keepSections(NO_SECTIONS, sections), {
    by: 'canonical',
    permissionSets,
  });
  return { name: 'MountedFile', find: lookup.find };
}
