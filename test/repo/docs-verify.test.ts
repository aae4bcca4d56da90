import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { registerVerify } from '../../src/commands/verify/command.ts';
import { classOf, REFUSALS, type RefusalCode, stsAnswerOf } from '../../src/web-identity/token/refusals.ts';
import { RULES } from '../../src/web-identity/token/rules.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';

const page = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

describe('docs/verify.md', () => {
  test('has a row for every rule, in order, with its origin, codes and source', () => {
    const expected = RULES.map(({ name, origin, codes, source }) => {
      const shown = codes.map((code) => `\`${code}\``).join(', ');
      return `| \`${name}\` | ${origin} | ${shown} | ${source} |`;
    });
    const names = new Set<string>(RULES.map(({ name }) => name));
    expect(rows.filter((row) => names.has(/^\| `([^`]+)`/.exec(row)?.[1] ?? ''))).toEqual(expected);
  });

  test.each(Object.keys(REFUSALS) as RefusalCode[])('has a row for %s, with what STS says', (code) => {
    const answer = stsAnswerOf(code);
    const sts =
      answer === undefined ? 'not known to refuse' : `${answer.code} ${answer.status}: ${answer.message}`;
    expect(rows).toContain(`| \`${code}\` | ${classOf(code)} | ${REFUSALS[code].meaning} | ${sts} |`);
  });

  test('has no row for a code or rule that is not there', () => {
    const known = new Set<string>([...Object.keys(REFUSALS), ...RULES.map(({ name }) => name)]);
    const named = rows.flatMap((row) => /^\| `([a-z0-9-]+)`/.exec(row)?.[1] ?? []);
    expect(named.filter((name) => !name.startsWith('-') && !known.has(name))).toEqual([]);
  });

  test('names every flag of the command', () => {
    const command = new Command();
    registerVerify(command, { ...createSurroundings().surroundings, finish() {} });
    const flags = command.options.map(({ long }) => long ?? '');
    expect(flags.length).toBeGreaterThan(10);
    expect(flags.filter((flag) => flag !== '--output' && !page.includes(`\`${flag}`))).toEqual([]);
  });
});
