import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainYaml } from '../../src/mapping/plain-yaml.ts';
import type { SourceNode } from '../../src/mapping/source-node.ts';
import { readYaml } from '../../src/mapping/yaml-nodes.ts';

/** All that a node says; where nothing stands there is no place to speak of. */
function flatten(node: SourceNode): unknown {
  const { kind } = node;
  if (kind === 'nothing' || kind === 'tagged') return kind;
  const place = node.place();
  if (kind === 'list') return { kind, place, items: node.items.map(flatten) };
  if (kind === 'map')
    return { kind, place, members: node.members.map(([name, value]) => [name, flatten(value)]) };
  return { kind, place, text: node.text };
}

const PIECES = [
  ...[
    'a: b',
    'a:',
    'b: "x y"',
    "c: 'd'",
    'a : b',
    'a: b:c',
    'a: b: c',
    'a: b:',
    'k: a{{S}}',
    'k: {{S}}',
    'e: y',
  ],
  ...[
    'y: e',
    'z: 012',
    '"u": v',
    "'u' : v",
    'a: x, y',
    'a: "b" c',
    'a: b#c',
    'a: b # c',
    'a: -',
    'a: - b',
    'a:b',
  ],
  ...[
    'groups: [a, b]',
    'groups: [ "a,b" , c ]',
    'x: []',
    'x: [a] # c',
    'a: [a:b, c]',
    'a: [b: c]',
    'a: [b:, c]',
  ],
  ...[
    'a: [a]]',
    'a: [,]',
    'a: [a,]',
    'a: [a b]',
    '"x": [',
    ']',
    '[a, b]',
    '[a]: b',
    'a: x [y]',
    'a: ["b" c]',
  ],
  ...['b', '12', '"q"', '# c', '"a:b": c', 'a: .b', 'null', 'a: Null', 'a: arn:aws:iam::1:role/a', 'a b: c'],
  ...[
    'a: a :b',
    'a: b ? c',
    'a: "x"#',
    "a: ''",
    "a: 'it''s'",
    'a: "\\n"',
    '-',
    '- #',
    'a: &x b',
    'a: *x',
    '<<: {}',
  ],
  ...['a: |', 'a: !!str 1', '? a', 'a: 1.5', 'a: 0x1f', 'a: 2026-01-02', 'a: "x', "a: 'x", 'a: @b', 'a: %b'],
];
const EDITS = [
  ' ',
  '  ',
  '\n',
  '\n  ',
  '- ',
  ': ',
  ':',
  '"',
  "'",
  '[',
  ']',
  ',',
  '{',
  '}',
  '#',
  '---\n',
  '\t',
  '\\',
  'é',
  '\u2028',
  '#é\n',
  '\ufeff',
];
const line = fc
  .tuple(
    fc.constantFrom('', '', '  ', '    ', '- ', '- ', '  - ', '  - ', ' ', '-   ', '- - '),
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES.slice(0, 30)) }, fc.constantFrom(...PIECES)),
    fc.constantFrom('\n', '\n', '\n', '\n', '\n\n', '\r\n', '', ' \n'),
  )
  .map((parts) => parts.join(''));
const entry = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 })
  .map((pieces) => `- ${pieces.join('\n  ')}\n`);
const text = fc
  .record({
    body: fc.oneof(
      fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('')),
      fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => entries.join('')),
    ),
    edit: fc.option(fc.record({ at: fc.nat(60), drop: fc.nat(1), put: fc.constantFrom(...EDITS) }), {
      freq: 2,
    }),
  })
  .map(({ body, edit }) =>
    edit === null ? body : body.slice(0, edit.at) + edit.put + body.slice(edit.at + edit.drop),
  );

describe('plain YAML', () => {
  test('is read as the whole parser reads it, to the place of every piece, or left to that', () => {
    let taken = 0;
    fc.assert(
      fc.property(text, (given) => {
        const plain = readPlainYaml(given);
        if (plain === undefined) return;
        taken += 1;
        const whole = readYaml(given);
        expect(whole.kind === 'read' ? flatten(whole.node) : whole.problem).toEqual(flatten(plain));
      }),
      { numRuns: 4_000 },
    );
    // Or else the property says nothing.
    expect(taken).toBeGreaterThan(100);
  });

  test.each([
    [
      'as AWS shows it',
      '- groups:\n  - system:nodes\n  rolearn: arn:aws:iam::1:role/N\n  username: system:node:{{EC2PrivateDNSName}}\n',
    ],
    [
      'as Terraform writes it',
      '- "groups":\n  - "system:nodes"\n  "rolearn": "arn:aws:iam::1:role/N"\n  "username": "a"\n',
    ],
    [
      'with lists in brackets',
      '- rolearn: arn:aws:iam::1:role/N\n  username: "a"\n  groups: [system:nodes, "b"]\n',
    ],
    ['with comments and blank lines', '# who\n---\n- rolearn: a # this one\n\n  # name\n  username: b\n'],
    [
      'with a permission set',
      "- sso:\n    permissionSetName: A\n    accountID: '111122223333'\n  username: a\n",
    ],
    ['with accounts', '- 111122223333\n- "011122223333"\n'],
    ['with line breaks of Windows', '- rolearn: a\r\n  username: b\r\n'],
    ['as an editor of Windows saves it', '\uFEFF- rolearn: a\r\n  username: b\r\n'],
    ['with comments in all languages', '# für alle 🙂\n- rolearn: a\n  # 管理者\n  username: b\n#\té\n'],
  ])('%s is read without the whole parser', (_, given) => {
    expect(readPlainYaml(given)).toBeDefined();
  });

  test.each([
    ['nothing', ''],
    ['comments alone', '# a\n'],
    ['a separator of lines in a comment', '# a\u2028- b\n- c\n'],
    ['a control character in a comment', '# \u0007\n- c\n'],
    ['half of a letter in a comment', '# \ud83d\n- c\n'],
    ['a tab before a comment', '- c\n\t# d\n'],
    ['blanks without end', `- [${' '.repeat(200_000)}x`],
    ['blanks before a comment', `- a: b${' '.repeat(200_000)}c # d\n  e`],
    ['a list in a list without end', '- '.repeat(200_000)],
    [
      'mappings further and further in',
      Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    ],
  ])('%s is left to the whole parser', (_, given) => {
    expect(readPlainYaml(given)).toBeUndefined();
  });
});
