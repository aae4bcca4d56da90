import { describe, expect, test } from 'vitest';
import { DRIFT_FLAGS, ISSUER_FLAGS } from '../../src/commands/issuer/flags.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import { type FlagReading, type FlagTable, readFlags } from '../../src/settings/pflag.ts';

const TABLE = {
  port: { type: 'int', default: 443, help: 'a port' },
  name: { type: 'string', default: 'pod', help: 'a name' },
  wait: { type: 'duration', default: 0, range: [-5_000, 90_000], help: 'a time' },
  every: { type: 'duration', default: 0, range: [10_000, 60_000], zeroIsOff: true, help: 'a pace' },
  watch: { type: 'bool', default: false, help: 'a switch' },
  strict: { type: 'bool', default: true, help: 'a switch that is on' },
  v: { type: 'int', default: 0, shorthand: 'v', help: 'a level' },
  file: { type: 'strings', default: ['a.pem'], help: 'files' },
  quiet: { type: 'bool', default: false, shorthand: 'q', help: 'a switch with a letter' },
} as const satisfies FlagTable;

type Reading = FlagReading<typeof TABLE>;

function read(...words: readonly string[]): Reading {
  return readFlags(TABLE, words);
}

const NOTHING = read().values;

describe('values', () => {
  test.each<[line: string[], values: Partial<Reading['values']>]>([
    [[], {}],
    [['--port=8443'], { port: 8443 }],
    [['--port', '8443'], { port: 8443 }],
    [['--name='], { name: '' }],
    [['--name', ''], { name: '' }],
    [['--name=a=b'], { name: 'a=b' }],
    [['--name', '--port'], { name: '--port' }],
    [['--name', '--'], { name: '--' }],
    [['--name', '-v5'], { name: '-v5' }],
    [['--name', 'web', '--port', '1'], { name: 'web', port: 1 }],
    [['--wait=1m30s'], { wait: 90_000 }],
    [['--wait', '100ms'], { wait: 100 }],
    [['--wait=0'], { wait: 0 }],
    [['-v5'], { v: 5 }],
    [['-v=5'], { v: 5 }],
    [['-v', '5'], { v: 5 }],
    [['--v=5'], { v: 5 }],
    [['--v', '5'], { v: 5 }],
    [['-v-1'], { v: -1 }],
    [['-v', '-1'], { v: -1 }],
    [['--port=1', '--port=2', '--port', '3'], { port: 3 }],
    [['--v=5', '-v1'], { v: 1 }],
    [['--file=b'], { file: ['b'] }],
    [['--file=b', '--file', 'c,d', '--file='], { file: ['b', 'c,d', ''] }],
  ])('%j', (line, values) => {
    expect(read(...line)).toMatchObject({ problems: [], help: false, values: { ...NOTHING, ...values } });
  });
});

describe('booleans never take the next word', () => {
  test.each<[line: string[], values: Partial<Reading['values']>]>([
    [['--watch'], { watch: true }],
    [['--watch=true'], { watch: true }],
    [['--watch=false'], { watch: false }],
    [['--strict=F'], { strict: false }],
    [['--strict=0'], { strict: false }],
    [['--strict', 'false'], { strict: true }],
    [['--watch', 'false', '--port', '7'], { watch: true, port: 7 }],
    [['--watch', '--watch=false'], { watch: false }],
    [['-q'], { quiet: true }],
    [['-q=false'], { quiet: false }],
    [['-q', 'false'], { quiet: true }],
    [['-qv5'], { quiet: true, v: 5 }],
    [['-qv', '5'], { quiet: true, v: 5 }],
    [['-qv=5'], { quiet: true, v: 5 }],
  ])('%j', (line, values) => {
    expect(read(...line)).toMatchObject({ problems: [], values: { ...NOTHING, ...values } });
  });

  test.each(['', 'yes', 'no', 'on', 'TrUe', ' true', '2'])('--watch=%s is refused', (text) => {
    expect(read(`--watch=${text}`).problems).toEqual([
      `--watch: ${JSON.stringify(text)} is not a boolean (true or false)`,
    ]);
  });
});

describe('words that are no flags', () => {
  test.each<[line: string[], values: Partial<Reading['values']>]>([
    [['serve', '--port=1', 'now'], { port: 1 }],
    [['-', '--port=1'], { port: 1 }],
    [['', '--port=1'], { port: 1 }],
    [['--port=1', '--', '--port=2', '--nonsense'], { port: 1 }],
    [['--'], {}],
  ])('%j', (line, values) => {
    expect(read(...line)).toMatchObject({ problems: [], values: { ...NOTHING, ...values } });
  });
});

describe('integers are read in base 0, as pflag reads them', () => {
  test.each([
    ['0', 0],
    ['+8', 8],
    ['-8', -8],
    ['0x1F', 31],
    ['0X1f', 31],
    ['0b101', 5],
    ['0o17', 15],
    ['017', 15],
    ['1_000', 1000],
    ['0x_ff', 255],
    ['-0x10', -16],
  ])('%s', (text, value) => {
    expect(read(`--port=${text}`)).toMatchObject({ problems: [], values: { port: value } });
  });

  test.each(['', ' 1', '1 ', '1.0', '1e3', '08', '1__0', '_1', '1_', '0x', 'x', '१', '9223372036854775808'])(
    '%j is refused',
    (text) => {
      const { problems, values } = read(`--port=${text}`);
      expect(problems).toEqual([`--port: ${JSON.stringify(text)} is not a whole number`]);
      expect(values.port).toBe(443);
    },
  );
});

describe('durations', () => {
  test.each(['', '1', '1 s', '1d', '-', 's', '1s ', 'PT1S'])('--wait=%j is refused', (text) => {
    expect(read(`--wait=${text}`).problems).toEqual([
      `--wait: ${JSON.stringify(text)} is not a duration such as 500ms, 10s or 1m30s`,
    ]);
  });

  test('a negative one is a duration', () => {
    expect(read('--wait=-1.5s')).toMatchObject({ problems: [], values: { wait: -1500 } });
  });

  test.each(['-5s', '0', '90s', '1m30s'])('--wait=%s is within its bounds', (text) => {
    expect(read(`--wait=${text}`).problems).toEqual([]);
  });

  test.each(['-5001ms', '90001ms', '600h', '-600h', '2562047h'])('--wait=%s is out of its bounds', (text) => {
    expect(read(`--wait=${text}`).problems).toEqual(['--wait is out of range: give -5000ms to 1m30s']);
  });

  test('one that may be switched off is 0, or within its bounds', () => {
    expect(['0', '0s', '-0s', '10s', '60s'].flatMap((text) => read('--every', text).problems)).toEqual([]);
    expect(read('--every=1ns').problems).toEqual([
      '--every is out of range: give 10s to 1m0s, or 0 to switch it off',
    ]);
  });

  test.each([
    ['webhook', WEBHOOK_FLAGS],
    ['issuer', ISSUER_FLAGS],
    ['issuer drift', DRIFT_FLAGS],
  ] as const)('every one of %s that has an effect has bounds, which a timer can wait for', (_, table) => {
    const specs = Object.entries<FlagTable[string]>(table);
    const longest = 2 ** 31 - 1;
    const unbounded = specs.filter(
      ([, spec]) =>
        spec.type === 'duration' && !('noEffect' in spec) && !('range' in spec && spec.range[1] <= longest),
    );
    expect(unbounded.map(([name]) => name)).toEqual([]);
    for (const [name, spec] of specs) {
      if (!('range' in spec)) continue;
      const { problems } = readFlags(table, [
        `--${name}=600h`,
        `--${name}=-1s`,
        `--${name}=${spec.default}ms`,
      ]);
      expect(problems).toEqual(Array(2).fill(expect.stringMatching(`^--${name} is out of range: give `)));
    }
  });
});

describe('mistakes', () => {
  test.each<[line: string[], problem: string]>([
    [['--nonsense'], 'unknown flag: --nonsense'],
    [['--nonsense=1'], 'unknown flag: --nonsense'],
    [['--Port=1'], 'unknown flag: --Port'],
    [['--log-dir=x'], 'unknown flag: --log-dir'],
    [['--constructor'], 'unknown flag: --constructor'],
    [['--__proto__=1'], 'unknown flag: --__proto__'],
    [['-port'], "unknown shorthand flag: 'p' in -port"],
    [['-port=1'], "unknown shorthand flag: 'p' in -port=1"],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['--port'], 'flag needs an argument: --port'],
    [['--name'], 'flag needs an argument: --name'],
    [['-v'], 'flag needs an argument: --v'],
    [['--=1'], 'bad flag syntax: --=1'],
    [['---port=1'], 'bad flag syntax: ---port=1'],
  ])('%j', (line, problem) => {
    expect(read(...line)).toMatchObject({ problems: [problem], values: NOTHING });
  });

  test('all of them are told at once, in the order of the line', () => {
    const { problems } = read('--nope', '--port=x', '-z', '--watch=maybe', '--wait=soon', '--name');
    expect(problems).toEqual([
      'unknown flag: --nope',
      '--port: "x" is not a whole number',
      "unknown shorthand flag: 'z' in -z",
      '--watch: "maybe" is not a boolean (true or false)',
      '--wait: "soon" is not a duration such as 500ms, 10s or 1m30s',
      'flag needs an argument: --name',
    ]);
  });

  test('a long value is quoted in part only', () => {
    const [problem = ''] = read(`--port=${'9'.repeat(10_000)}`).problems;
    expect(problem.length).toBeLessThan(200);
  });

  test('a value with a line break is quoted on one line', () => {
    expect(read('--port=1\nroot').problems).toEqual(['--port: "1\\nroot" is not a whole number']);
  });

  test('a letter that is unknown does not undo the letters before it', () => {
    const { problems, values } = read('-qx');
    expect(problems).toHaveLength(1);
    expect(values.quiet).toBe(true);
  });
});

test('help is asked for by --help or -h, and only by them', () => {
  expect(read('--help').help).toBe(true);
  expect(read('-h').help).toBe(true);
  expect(read('--port=1', '-h').help).toBe(true);
  expect(read('help').help).toBe(false);
  expect(read('--name', '--help').help).toBe(false);
  expect(read('--', '--help').help).toBe(false);
});

test('which flags were given is known, defaults or not', () => {
  expect([...read('--port=443', '--watch=false', '-v0').given]).toEqual(['port', 'watch', 'v']);
  expect([...read('positional', '--', '--port=1').given]).toEqual([]);
});
