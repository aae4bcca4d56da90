import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderColumns } from '../../src/terminal/columns.ts';
import { showText } from '../../src/terminal/show.ts';

describe('a table', () => {
  test('has columns as wide as they have to be, and no blanks at the end', () => {
    expect(
      renderColumns(
        ['A', 'LONG', 'C'],
        [
          ['aaa', 'b', ''],
          ['a', 'zoë', 'c'],
        ],
      ),
    ).toBe('A     LONG   C\naaa   b\na     zoë    c\n');
  });

  test('has a line for each row, whatever is in it', () => {
    const row = fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(renderColumns(['A', 'B'], rows).split('\n')).toHaveLength(rows.length + 2);
      }),
    );
  });

  test('takes many rows', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [String(index)]);
    expect(renderColumns(['N'], rows).length).toBeGreaterThan(1_000_000);
  });
});

describe('a name that strangers wrote', () => {
  test.each([
    ['plain', 'plain'],
    ['zoë 日本', 'zoë 日本'],
    ['a\nb\tc\u001b[31m', 'a\\u000ab\\u0009c\\u001b[31m'],
    ['abc\u202edef\u2066', 'abc\\u202edef\\u2066'],
    ['a\u200bb\u2028c', 'a\\u200bb\\u2028c'],
    ['\ud800', '\\ud800'],
    ['a\u{e0061}', 'a\\udb40\\udc61'],
  ])('%j is shown as %j', (text, shown) => {
    expect(showText(text)).toBe(shown);
  });
});
