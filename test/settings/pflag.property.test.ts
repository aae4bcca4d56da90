import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import { type FlagTable, readFlags } from '../../src/settings/pflag.ts';

const flags: [string, FlagTable[string]][] = Object.entries<FlagTable[string]>(WEBHOOK_FLAGS);
const JS_TYPES = {
  bool: 'boolean',
  int: 'number',
  duration: 'number',
  string: 'string',
  strings: 'object',
} as const;

const name = fc.oneof(
  fc.constantFrom(...flags.map(([flag]) => flag), 'v', 'help', '__proto__', 'constructor'),
  fc.string({ maxLength: 6 }),
);
const value = fc.oneof(
  fc.constantFrom('true', 'false', '1', '0x10', '-1', '1s', '', 'eu-west-1', '/var/run', '1.2', 'NaN'),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const word = fc.oneof(
  fc.tuple(fc.constantFrom('--', '-', '---', ''), name).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('--', '-'), name, fc.constantFrom('=', ''), value).map((parts) => parts.join('')),
  value,
);
const line = fc.array(word, { maxLength: 12 });

test('any line is read: never an exception, always a value of its type for every flag', () => {
  fc.assert(
    fc.property(line, (words) => {
      const { values, problems } = readFlags(WEBHOOK_FLAGS, words);
      for (const [flag, { type }] of flags) {
        expect(typeof values[flag as keyof typeof values]).toBe(JS_TYPES[type]);
      }
      expect(Object.keys(values)).toHaveLength(flags.length);
      for (const problem of problems) expect(problem).not.toBe('');
    }),
    { numRuns: 500 },
  );
});

test('any line comes to settings, help, a version or at least one problem', () => {
  fc.assert(
    fc.property(line, (words) => {
      const reading = readCommandLine(WEBHOOK, words, {});
      expect(['run', 'help', 'version', 'problems']).toContain(reading.kind);
      if (reading.kind === 'problems') expect(reading.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

/** Values that any flag of their type takes. */
const GOOD = { bool: 'true', int: '7', duration: '5m', string: 'x', strings: 'x' } as const;

test('--x=v and --x v say the same, for all that is not boolean', () => {
  const spoken = flags.filter(([, { type }]) => type !== 'bool');
  fc.assert(
    fc.property(fc.shuffledSubarray(spoken), (some) => {
      const joined = readFlags(
        WEBHOOK_FLAGS,
        some.map(([flag, { type }]) => `--${flag}=${GOOD[type]}`),
      );
      const apart = readFlags(
        WEBHOOK_FLAGS,
        some.flatMap(([flag, { type }]) => [`--${flag}`, GOOD[type]]),
      );
      expect(apart).toEqual(joined);
      expect(joined.problems).toEqual([]);
    }),
  );
});
