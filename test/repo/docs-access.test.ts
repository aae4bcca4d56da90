import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CAVEATS } from '../../src/rbac/caveats.ts';
import { HOUSEKEEPING } from '../../src/rbac/findings/housekeeping.ts';
import { RISKS } from '../../src/rbac/findings/risks.ts';

const page = readFileSync(new URL('../../docs/who-may-what.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));
const listMissing = (starts: readonly string[]): string[] =>
  starts.filter((start) => !rows.some((row) => row.startsWith(start)));

describe('docs/who-may-what.md', () => {
  test('has a row for every caveat', () => {
    expect(listMissing(Object.keys(CAVEATS).map((code) => `| \`${code}\` |`))).toEqual([]);
  });

  test('has a row for every right that is more than it says, with its severity and its words', () => {
    const starts = Object.entries(RISKS).map(
      ([code, { severity, may }]) => `| \`${code}\` | ${severity} | ${may}`,
    );
    expect(listMissing([...starts, '| `everyone` | high |'])).toEqual([]);
  });

  test('has a row for every other finding, with its severity and its meaning', () => {
    const starts = Object.entries(HOUSEKEEPING).map(
      ([code, { severity, meaning }]) => `| \`${code}\` | ${severity} | ${meaning} |`,
    );
    expect(listMissing(starts)).toEqual([]);
  });
});
