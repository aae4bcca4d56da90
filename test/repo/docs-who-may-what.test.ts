import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { LOSSES } from '../../src/access/losers.ts';
import { COMMANDS } from '../../src/commands/list.ts';
import { CAVEATS } from '../../src/rbac/caveats.ts';
import { runTree } from '../support/commands/tree.ts';

const page = await readFile(new URL('../../docs/who-may-what.md', import.meta.url), 'utf8');
const ofRows = (title: string): string[] => {
  const section = page.slice(page.indexOf(`## ${title}`)).split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
};

describe('docs/who-may-what.md', () => {
  test('has a row for every caveat, and for no other', () => {
    expect(ofRows('Caveats').toSorted()).toEqual(Object.keys(CAVEATS).toSorted());
  });

  test('has a row for every reason for which an entry does not decide', () => {
    expect(ofRows('whoami').toSorted()).toEqual(Object.keys(LOSSES).toSorted());
  });

  test('shows commands with options that they know', async () => {
    const lines = [...page.matchAll(/(?:\$ |`)(iam-bridge [a-z][^`\n]*)/g)].map(([, line = '']) => line);
    const own = lines.filter((line) => !line.includes('FILE'));
    expect(own.length).toBeGreaterThan(20);
    for (const line of own) {
      const [, name = '', ...words] = line.split(' ');
      expect([
        line,
        COMMANDS.some((each) => each.name === name || (each.kind === 'tree' && each.aliases?.includes(name))),
      ]).toEqual([line, true]);
      const { stdout } = await runTree([name, '--help']);
      for (const word of words.filter((each) => /^--?[a-z]/i.test(each)))
        expect([line, stdout]).toEqual([line, expect.stringContaining(word)]);
    }
  });
});
