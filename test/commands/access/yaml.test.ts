import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderYaml } from '../../../src/commands/access/yaml.ts';

/** What YAML 1.1 takes for something else than a text (yaml.org/type: bool, int, float, timestamp, null, merge). */
const ODD = [
  'no',
  'yes',
  'on',
  'Off',
  'y',
  'N',
  '12:30',
  '017',
  '0o17',
  '1_000',
  '2026-01-01',
  '~',
  '<<',
  '=',
];

describe('YAML', () => {
  test.each(ODD)('has %j as a text for readers of YAML 1.1, which kubectl and others are', (text) => {
    const data = { [text]: [text, { name: text }] };
    for (const version of ['1.1', '1.2'] as const) {
      const read: unknown = parse(renderYaml(data), { version });
      expect(read).toEqual(data);
    }
  });

  test('is the data, in ASCII, whatever the texts in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), (data) => {
        const text = renderYaml(data);
        expect(text).toMatch(/^[\n -~]*$/);
        expect(parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: 40 },
    );
  });
});
