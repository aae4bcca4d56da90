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
import type { SourceNode } from './source-node.ts';

/** `server.mapRoles`, `server.mapUsers` and `server.mapAccounts` of a configuration, as far as it has them. */
export interface MountedMappings {
  readonly mapRoles?: SourceNode | undefined;
  readonly mapUsers?: SourceNode | undefined;
  readonly mapAccounts?: SourceNode | undefined;
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
    mapRoles: readEntries(toList(raw.mapRoles), 'mapRoles', RULES),
    mapUsers: readEntries(toList(raw.mapUsers), 'mapUsers', RULES),
    mapAccounts: readAccounts(toList(raw.mapAccounts)),
  };
  const { mapAccounts } = sections;
  const warnings = mapAccounts.kind === 'good' ? mapAccounts.value.problems : [];
  const entries = [sections.mapRoles, sections.mapUsers].flatMap((each) =>
    each.kind === 'good' ? each.value : [],
  );
  const problems = describeProblems(sections).filter((problem) => !warnings.includes(problem));
  return { problems: [...problems, ...entries.flatMap(checkArn)], warnings, sections };
}

/** Its loader takes one of something for a list of it, and a text for as many as it has between commas. */
function toList(node: SourceNode | undefined): SourceNode | undefined {
  if (node === undefined || node.kind === 'list' || node.kind === 'nothing') return node;
  const { place } = node;
  return { kind: 'list', items: toItems(node), place };
}

function toItems(node: Exclude<SourceNode, { readonly kind: 'list' }>): readonly SourceNode[] {
  const isEmpty =
    (node.kind === 'text' && node.text === '') || (node.kind === 'map' && node.members.length === 0);
  if (isEmpty) return [];
  if (node.kind !== 'text') return [node];
  return node.text.split(',').map((text) => ({ kind: 'text', text, place: node.place }));
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
