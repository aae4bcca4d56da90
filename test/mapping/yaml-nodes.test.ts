import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonAsYaml } from '../../src/mapping/json-as-yaml.ts';
import { readPlainYaml } from '../../src/mapping/plain-yaml.ts';
import type { SourceNode } from '../../src/mapping/source-node.ts';
import { MOST_LEXEMES } from '../../src/mapping/yaml-bounds.ts';
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
      'JSON, as an editor of Windows saves it',
      `\uFEFF${JSON.stringify(Array.from({ length: 10_000 }, () => ENTRY))}`,
    ],
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

describe('a text of nearly 128 KiB', () => {
  const SHORT = 128 * 1024 - 30;
  const fill = (piece: string): string => piece.repeat(Math.floor(SHORT / piece.length));
  const count = ({ kind, ...node }: SourceNode): number =>
    1 +
    ('items' in node ? node.items.reduce((sum, item) => sum + count(item), 0) : 0) +
    ('members' in node ? node.members.reduce((sum, [, member]) => sum + count(member), 0) : 0);

  test.each([
    ['in braces', '- {rolearn: arn:aws:iam::111122223333:role/Dev, username: dev, groups: [a]}\n'],
    ['over lines, behind a directive', '- rolearn: arn:aws:iam::111122223333:role/Dev\n  groups:\n  - a\n'],
    ['with escapes', '- {"rolearn": "arn:aws:iam::111122223333:role/D\\x65v", "groups": ["a", "b"]}\n'],
    ['of users', '- userarn: arn:aws:iam::111122223333:user/bob\n  username: "b\\x6fb"\n'],
  ])('of entries %s is read', (_, entry) => {
    const text = `%YAML 1.1\n---\n${fill(entry).slice(0, -entry.length)}`;
    const items = Math.floor(SHORT / entry.length) - 1;
    expect(describeReading(readLongYaml(text))).toBe(`${items} items`);
    expect(items).toBeGreaterThan(1_300);
  });

  test.each([
    ['commas', `- [${fill(',')}]`],
    ['texts in a list', `- [${fill('a,')}]`],
    ['directives', fill('%a\n')],
    ['brackets', fill('[')],
    ['brackets that are closed', fill(`- ${'['.repeat(200)}${']'.repeat(200)}\n`)],
    ['braces in braces', fill('{a: ')],
    ['tags', fill('- !a b\n')],
    ['anchors', `- ${fill('&a ')}`],
    ['aliases', `- &a b\n${fill('- *a\n')}`],
    ['merge keys', `- &a {b: c}\n${fill('- <<: *a\n')}`],
    ['keys that are asked for', fill('? a\n')],
    ['keys that say nothing', fill(': a\n')],
    ['remarks', `${fill('#\n')}- "\\x41"\n`],
    ['quotes without end', fill('- "a\n')],
    ['documents', fill('---\n')],
    ['blank lines', `- "\\x41"${fill('\n')}- b`],
  ])('that is %s is refused before the whole parser has it', (_, text) => {
    expect(describeReading(readLongYaml(text))).toMatch(
      /^with (?:more than 50000 words|brackets 100 deep).* it has to be JSON, or plain/,
    );
  });

  test('makes no more pieces than it may have words, whatever it is made of', () => {
    const piece = fc.constantFrom(
      'a',
      '- ',
      ': ',
      '? ',
      ',',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '!b ',
      '#',
      '\n',
      ' ',
      '|\n',
      '%',
    );
    const shape = fc.tuple(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.array(piece, { maxLength: 4 }),
    );
    fc.assert(
      fc.property(shape, ([again, last]) => {
        const text = fill(again.join('')) + last.join('');
        const reading = text.length > 128 * 1024 ? undefined : readLongYaml(text);
        if (
          reading?.kind === 'read' &&
          readPlainYaml(text) === undefined &&
          readJsonAsYaml(text) === undefined
        )
          expect(count(reading.node)).toBeLessThanOrEqual(MOST_LEXEMES);
      }),
      { numRuns: 40 },
    );
  });

  test('that is wrong in every word costs no stack for each, and leaves stacks to all others', () => {
    const limit = Error.stackTraceLimit;
    expect(readYaml('- [,,,,]\n%').kind).toBe('malformed');
    expect(Error.stackTraceLimit).toBe(limit);
  });

  test('that is JSON is read, however many words it has', () => {
    expect(describeReading(readLongYaml(`[${fill('"",').slice(0, -1)}]`))).toMatch(/^\d+ items$/);
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
