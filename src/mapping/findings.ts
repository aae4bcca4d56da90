import type { Finding } from '../base/finding.ts';
import { quoteShort } from '../json/quote.ts';
import type { AnyEntry, MappingEntry } from './entry.ts';
import { PLACEHOLDERS } from './template.ts';

export type MappingFindingCode = 'unknown-placeholder' | 'no-username';
export type MappingFinding = Finding<MappingFindingCode, 'warning'>;

/** What is legal in an entry, and is seldom meant. */
export function findEntryFlaws(entry: MappingEntry): readonly MappingFinding[] {
  const fields = [
    ['username', entry.username] as const,
    ...entry.groups.map((group, index) => [`groups[${index}]`, group] as const),
  ];
  return [
    ...fields.flatMap(([field, template]) => findUnknownPlaceholders(template, `${entry.label}.${field}`)),
    ...(entry.username === '' ? [toNoUsername(entry.label)] : []),
  ];
}

/** As many are told at once: a ConfigMap has room for a hundred thousand placeholders, and a log has not. */
const MOST = 10;

/** The same of all that can be used, a sentence each, the first of them. */
export function describeFlaws(entries: readonly AnyEntry[]): readonly string[] {
  const flaws: string[] = [];
  for (const entry of entries) {
    if (flaws.length > MOST) break;
    if (entry.kind === 'good')
      flaws.push(
        ...findEntryFlaws(entry)
          .slice(0, MOST + 1)
          .map(describe),
      );
  }
  return flaws.length > MOST ? [...flaws.slice(0, MOST), 'and more'] : flaws;
}

function describe({ where, what, remedy }: MappingFinding): string {
  return `${where}: ${what}; ${remedy}`;
}

function findUnknownPlaceholders(template: string, where: string): readonly MappingFinding[] {
  return listUnknown(template).map((name) => ({
    code: 'unknown-placeholder',
    severity: 'warning',
    where,
    what: `${quoteShort(`{{${name}}}`)} is no placeholder: it stays in the name as it is typed`,
    remedy: toRemedy(name),
  }));
}

/** No more than are told. */
function listUnknown(template: string): readonly string[] {
  const unknown: string[] = [];
  for (const [, name = ''] of template.matchAll(/\{\{([^{}]*)\}\}/g)) {
    if (PLACEHOLDERS.some((known) => known === name)) continue;
    if (unknown.push(name) > MOST) break;
  }
  return unknown;
}

/** A placeholder in another case or with blanks is the one that is meant. */
function toRemedy(name: string): string {
  const meant = PLACEHOLDERS.find((known) => known.toLowerCase() === name.trim().toLowerCase());
  return meant === undefined
    ? `take one of ${PLACEHOLDERS.map((known) => `{{${known}}}`).join(', ')}`
    : `write {{${meant}}}`;
}

function toNoUsername(where: string): MappingFinding {
  return {
    code: 'no-username',
    severity: 'warning',
    where,
    what: 'it has no username: whoever it is for is a user with an empty name, told apart by groups alone',
    remedy: 'give it a username',
  };
}
