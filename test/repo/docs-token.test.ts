import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCommand } from '../../src/commands/list.ts';
import { GET_TOKEN_FLAGS, TOKEN_FLAGS } from '../../src/commands/token/flags.ts';
import type { FlagTable } from '../../src/settings/pflag.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { KEYS_ENV } from '../support/commands/token.ts';

const page = readFileSync(new URL('../../docs/token.md', import.meta.url), 'utf8');

function listCommands(): string[] {
  return [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, shell = '']) => shell.trim().split('\n'));
}

describe('docs/token.md', () => {
  test.each(listCommands())('runs as it says: %s', async (command) => {
    const [program, ...words] = command.split(' ');
    expect(program).toBe('iam-bridge');
    const { surroundings, written } = createSurroundings({ env: { ...KEYS_ENV, HOME: '/nonexistent' } });
    const { entry, rest } = readCommand(words) ?? {};
    if (entry?.kind !== 'quick' || rest === undefined) throw new Error('this is none of its commands');
    expect(await (await entry.load())(rest, surroundings)).toBe(0);
    expect(written).toEqual({ stdout: expect.stringMatching(/k8s-aws-v1\./), stderr: '' });
  });

  const flags: readonly (readonly [string, FlagTable])[] = [
    ['token', TOKEN_FLAGS],
    ['get-token', GET_TOKEN_FLAGS],
  ];
  test.each(flags)('names every flag of %s, and which have no effect', (command, table) => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `--'));
    for (const [name, spec] of Object.entries(table)) {
      const row = rows.find(
        (line) => line.includes(`\`--${name}\``) && new RegExp(`\`${command}\`|both`).test(line),
      );
      expect([name, row === undefined]).toEqual([name, 'noEffect' in spec]);
      expect(page).toContain(`\`--${name}\``);
    }
  });
});
