import { expect, test } from 'vitest';
import { renderFlags } from '../../src/commands/usage.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import type { FlagTable } from '../../src/settings/pflag.ts';

const flags: [string, FlagTable[string]][] = Object.entries<FlagTable[string]>(WEBHOOK_FLAGS);

test('a flag is shown with its letter, type, help and default', () => {
  const table: FlagTable = {
    port: { type: 'int', default: 443, help: 'where to listen' },
    strict: { type: 'bool', default: true, help: 'whether to be' },
    loose: { type: 'bool', default: false, help: 'whether not to be' },
    wait: { type: 'duration', default: 60_000, range: [0, 90_000], help: 'how long' },
    pause: { type: 'duration', default: 0, range: [0, 90_000], help: 'how long between' },
    name: { type: 'string', default: '', help: 'who' },
    v: { type: 'int', default: 0, shorthand: 'v', help: 'how loud' },
  };
  const lines = renderFlags(table)
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, '  '));
  expect(lines).toEqual([
    '  --port int  where to listen (default 443)',
    '  --strict  whether to be (default true)',
    '  --loose  whether not to be',
    '  --wait duration  how long (default 1m0s)',
    '  --pause duration  how long between (default 0s)',
    '  --name string  who',
    '  -v, --v int  how loud (default 0)',
  ]);
});

test('flags without effect are named at the end, and nowhere else', () => {
  const table: FlagTable = {
    old: { type: 'string', default: 'x', help: 'of old', noEffect: 'it is gone' },
    fresh: { type: 'string', default: '', help: 'of now' },
  };
  const text = renderFlags(table);
  expect(text).toMatch(/of now\n\nAccepted without effect, for existing manifests: --old$/);
  expect(text).not.toContain('of old');
});

test('every flag of the webhook is in its help, which fits a terminal', () => {
  const text = renderFlags(WEBHOOK_FLAGS);
  const running = text.replaceAll(/\s+/g, ' ');
  for (const [name, { default: value, type, noEffect }] of flags) {
    expect(text).toContain(`--${name}`);
    if (noEffect === undefined && type === 'string' && value !== '')
      expect(running).toContain(`(default ${value})`);
  }
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
});
