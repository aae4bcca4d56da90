import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPlaceFinder } from '../../src/json/locate.ts';
import { measureCpuTime } from '../support/cpu-time.ts';

const text = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "a/b": { "x": [] } },
    { "Effect": ":", "\\u0061": 1, "list": [[1, 2], "{"] }
  ]
}`;

describe('a place in a JSON text', () => {
  const cases: [string, number, number][] = [
    ['', 1, 1],
    ['/Version', 2, 3],
    ['/Statement', 3, 3],
    ['/Statement/0', 4, 5],
    ['/Statement/0/Effect', 4, 7],
    ['/Statement/0/a~1b', 4, 26],
    ['/Statement/0/a~1b/x', 4, 35],
    ['/Statement/1/a', 5, 22],
    ['/Statement/1/list/0/1', 5, 48],
    ['/Statement/1/list/1', 5, 52],
  ];
  test.each(cases)('%s', (pointer, line, column) => {
    expect(createPlaceFinder(text).find(pointer)).toEqual({ line, column });
  });

  test('is found in a long text as soon as in a short one', async () => {
    const count = 200_000;
    const { find } = createPlaceFinder(`[\n${Array.from({ length: count }, () => '0').join(',\n')}\n]`);
    const cost = await measureCpuTime(() => {
      for (let index = 0; index < count; index += 1) {
        if (find(`/${index}`).line !== index + 2) throw new Error(`line of element ${index}`);
      }
    });
    expect(cost).toBeLessThan(5_000);
  });

  test('is the nearest thing around what is not there', () => {
    const { find } = createPlaceFinder(text);
    expect(find('/Statement/0/Condition/StringEquals')).toEqual({ line: 4, column: 5 });
    expect(find('/Nothing/at/all')).toEqual({ line: 1, column: 1 });
  });

  test('of the document is its beginning, also where more than JSON follows', () => {
    for (const odd of ['{"a":1}\n}\n[2]', 'key\nbase64\nend', '[1]\n"b": 2']) {
      expect(createPlaceFinder(odd).find('')).toEqual({ line: 1, column: 1 });
    }
  });

  test('is the second of two members of one name', () => {
    expect(createPlaceFinder('{"a":1,\n"a":2}').find('/a')).toEqual({ line: 2, column: 1 });
  });

  test('is found for every member of any JSON, at its name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
        const written = JSON.stringify(value, null, indent);
        const { find } = createPlaceFinder(written);
        const lines = written.split('\n');
        for (const name of Object.keys(value)) {
          const { line, column } = find(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          expect(lines[line - 1]?.slice(column - 1)).toMatch(/^"/);
          expect(lines[line - 1]?.slice(column - 1).startsWith(JSON.stringify(name))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('takes a text of quotes that never end at one go', () => {
    const hostile = [
      '"\\'.repeat(130_000),
      `${'"\\'.repeat(130_000)}"`,
      '"'.repeat(130_001),
      '"\\\n'.repeat(90_000),
    ];
    for (const one of hostile) expect(createPlaceFinder(one).find('/a').line).toBeGreaterThan(0);
  });

  test('ends for anything that is no JSON', () => {
    fc.assert(
      fc.property(fc.string(), (odd) => {
        expect(createPlaceFinder(odd).find('/a/b').line).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });
});
