import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderUnifiedDiff, type UnifiedLine } from '../../src/terminal/diff.ts';

const NAMES = { before: 'before', after: 'after' };

function render(before: string, after: string, context?: number): string[] {
  return renderUnifiedDiff(before, after, NAMES, context).map(({ text }) => text);
}

/** Every line of both texts, and whether it is in one of them alone. */
function compareLines(before: readonly string[], after: readonly string[]): UnifiedLine[] {
  const [old, fresh] = [before, after].map((lines) => lines.map((line) => `${line}\n`).join(''));
  const diff = renderUnifiedDiff(old ?? '', fresh ?? '', NAMES, Number.MAX_SAFE_INTEGER);
  if (diff.length === 0) return before.map((text) => ({ kind: 'same', text }));
  return diff.slice(3).map(({ kind, text }) => ({ kind, text: text.slice(1) }));
}

describe('the lines of two texts', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

  test('gives both texts back, whatever they are', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const compared = compareLines(before, after);
        const without = (kind: string) =>
          compared.filter((line) => line.kind !== kind).map(({ text }) => text);
        expect(without('added')).toEqual(before);
        expect(without('removed')).toEqual(after);
      }),
    );
  });

  test('calls nothing removed where lines were only added', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(12), { maxLength: 6 }), (before, places) => {
        const after: string[] = [...before];
        for (const place of places) after.splice(place, 0, 'new');
        const kinds = compareLines(before, after).map(({ kind }) => kind);
        expect(kinds).not.toContain('removed');
        expect(kinds.filter((kind) => kind === 'added')).toHaveLength(places.length);
      }),
    );
  });
});

describe('a unified diff', () => {
  test('is empty for equal texts', () => {
    expect(render('a\nb\n', 'a\nb\n')).toEqual([]);
  });

  test('shows a change with three lines around it, and where it is', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    expect(render(before, before.replace('5', 'five'))).toEqual([
      '--- before',
      '+++ after',
      '@@ -2,7 +2,7 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+five',
      ' 6',
      ' 7',
      ' 8',
    ]);
  });

  test('joins changes that are near each other, and separates those that are not', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    const near = before.replace('2', 'two').replace('5', 'five');
    const far = before.replace('1', 'one').replace('9', 'nine');
    const hunksOf = (after: string) => render(before, after, 1).filter((line) => line.startsWith('@@'));
    expect(hunksOf(near)).toEqual(['@@ -1,6 +1,6 @@']);
    expect(hunksOf(far)).toEqual(['@@ -1,2 +1,2 @@', '@@ -8,2 +8,2 @@']);
  });

  test('counts as diff does where one side has no line, or one', () => {
    expect(render('', 'a\n')).toEqual(['--- before', '+++ after', '@@ -0,0 +1 @@', '+a']);
    expect(render('a\nb\n', 'b\n', 0)).toEqual(['--- before', '+++ after', '@@ -1 +0,0 @@', '-a']);
  });

  test('says of each line what it is', () => {
    const kinds = renderUnifiedDiff('a\nb\n', 'a\nc\n', NAMES).map(({ kind }) => kind);
    expect(kinds).toEqual(['file', 'file', 'hunk', 'same', 'removed', 'added']);
  });
});
