import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/trust/lint/rules.ts';
import { runTree } from '../support/commands/tree.ts';

const page = readFileSync(new URL('../../docs/trust.md', import.meta.url), 'utf8');

/** What `< token.jwt` stands for. */
const CLAIMS = {
  iss: 'https://issuer.example/clusters/demo',
  sub: 'system:serviceaccount:demo:s3-echoer',
  aud: ['sts.amazonaws.com'],
  exp: 1,
  iat: 1,
};
const TOKEN = `e30.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}.c2ln`;

interface Shown {
  readonly command: string;
  readonly exitCode: number;
  /** Lines that the page shows of its output. */
  readonly lines: readonly string[];
}

function listCommands(): Shown[] {
  const blocks = page.matchAll(/```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs);
  return Array.from(blocks, ([, shell = '', output = '']) => ({
    command: shell
      .replace(/^#.*\n/gm, '')
      .replaceAll('\\\n', ' ')
      .trim(),
    exitCode: Number(/^# exit code (\d)/m.exec(shell)?.[1] ?? 0),
    lines: output.split('\n').filter((line) => line !== ''),
  }));
}

describe('docs/trust.md', () => {
  test.each(listCommands())('runs as it says: $command', async ({ command, exitCode, lines }) => {
    const [line = '', redirected] = command.split(' < ');
    const [program, ...words] = line.split(/\s+/);
    expect(program).toBe('iam-bridge');
    const {
      code,
      stdout: out,
      stderr: err,
    } = await runTree(words, { input: redirected === undefined ? '' : TOKEN });
    expect({ code, err }).toEqual({ code: exitCode, err: '' });
    expect(out).not.toBe('');
    for (const shown of lines) expect(out).toContain(`${shown}\n`);
  });

  test('has every command of trust', () => {
    const names = listCommands().map(({ command }) => command.split(' ').slice(1, 3).join(' '));
    expect(new Set(names)).toEqual(new Set(['trust generate', 'trust eval', 'trust lint']));
  });

  test('has every rule of the linter, in its words', () => {
    const rows = Object.entries(RULES).map(([id, text]) => `| \`${id}\` | ${text} |`);
    expect(page.split('\n').filter((line) => line.startsWith('| `') && rows.includes(line))).toEqual(rows);
  });
});
