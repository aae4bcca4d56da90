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

/** The same of all that can be used, a sentence each. */
export function describeFlaws(entries: readonly AnyEntry[]): readonly string[] {
  return entries
    .flatMap((entry) => (entry.kind === 'good' ? findEntryFlaws(entry) : []))
    .map(({ where, what, remedy }) => `${where}: ${what}; ${remedy}`);
}

function findUnknownPlaceholders(template: string, where: string): readonly MappingFinding[] {
  const names = Array.from(template.matchAll(/\{\{([^{}]*)\}\}/g), ([, name = '']) => name);
  return names
    .filter((name) => !PLACEHOLDERS.some((known) => known === name))
    .map((name) => ({
      code: 'unknown-placeholder',
      severity: 'warning',
      where,
      what: `${quoteShort(`{{${name}}}`)} is no placeholder: it stays in the name as it is typed`,
      remedy: toRemedy(name),
    }));
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
