import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonAsYaml } from '../../src/mapping/json-as-yaml.ts';
import type { SourceNode } from '../../src/mapping/source-node.ts';
import { readLongYaml, readYaml, type YamlReading } from '../../src/mapping/yaml-nodes.ts';

const LONG = 1_000_000;

function repeat(piece: string): string {
  return piece.repeat(Math.ceil(LONG / piece.length));
}

function describeReading(reading: YamlReading): string {
  if (reading.kind === 'malformed') return reading.problem;
  return reading.node.kind === 'list' ? `${reading.node.items.length} items` : reading.node.kind;
}

const ENTRY = { rolearn: 'arn:aws:iam::111122223333:role/Dev', username: 'dev', groups: ['a', 'b'] };

describe('a text of nearly a mebibyte', () => {
  test.each([
    [
      'entries over lines',
      repeat(
        '- rolearn: arn:aws:iam::111122223333:role/Dev\n  username: "dev:{{SessionName}}"\n  groups:\n    - a\n',
      ),
    ],
    [
      'entries with lists in brackets',
      repeat('- rolearn: arn:aws:iam::111122223333:role/Dev\n  groups: [a, b]\n'),
    ],
    ['JSON', JSON.stringify(Array.from({ length: 10_000 }, () => ENTRY))],
    [
      'JSON over lines',
      JSON.stringify(
        Array.from({ length: 6_000 }, () => ENTRY),
        null,
        2,
      ),
    ],
  ])('that is %s is read', (_, text) => {
    expect(describeReading(readLongYaml(text))).toMatch(/^\d+ items$/);
  });

  test.each([
    ['dashes alone', repeat('-\n')],
    ['brackets', repeat('[')],
    ['a quote over lines', `- "${repeat('a\n')}"`],
    ['tags', repeat('- !a b\n')],
    ['what no text begins with', repeat('- @a\n')],
    ['directives', repeat('%a\n')],
    ['keys that are asked for', repeat('? ')],
    ['flow without end', `[${repeat('a,')}`],
    ['braces in lists', repeat('- {a: b}\n')],
  ])('that is %s is refused before the whole parser has it', (_, text) => {
    expect(describeReading(readLongYaml(text))).toMatch(/^with \d+ characters it has to be JSON, or plain/);
  });
});

describe('aliases', () => {
  test.each([
    ['a list again and again', `- &a [${'x, '.repeat(1_000)}x]\n${'- groups: *a\n'.repeat(200)}`],
    [
      'members again and again',
      `- &a {${Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join(', ')}}\n${'- {<<: *a}\n'.repeat(200)}`,
    ],
    [
      'aliases of aliases',
      '- &a [x, x, x, x, x, x, x, x, x, x]\n- &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n- &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n- &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n- &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n',
    ],
  ])('that make a great deal of little are refused, with their place: %s', (_, text) => {
    expect(describeReading(readYaml(text))).toMatch(
      /^it is not YAML \(line \d+, column \d+\): aliases stand for more than 100000 pieces/,
    );
  });

  test('for what everybody shares are fine', () => {
    const text = `- &a {groups: [a, b, c]}\n${'- {<<: *a, username: b}\n'.repeat(1_000)}`;
    expect(describeReading(readYaml(text))).toBe('1001 items');
  });
});

describe('JSON', () => {
  const flatten = (node: SourceNode): unknown => {
    if (node.kind === 'list') return node.items.map(flatten);
    if (node.kind === 'map') return node.members.map(([name, member]) => [name, flatten(member)]);
    return 'text' in node ? [node.kind, node.text] : node.kind;
  };
  const word = fc.constantFrom('a', 'B', 'rolearn', '', '<<', 'y', '12', 'é', 'a: b', '"', '\n');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(word, fc.nat(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(word, tie('value'), { maxKeys: 4 }),
    ),
  }));

  test('is read as YAML reads it', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        const [whole, json] = [readYaml(text), readJsonAsYaml(text)];
        expect(json === undefined ? undefined : flatten(json)).toEqual(
          whole.kind === 'read' ? flatten(whole.node) : whole.problem,
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
