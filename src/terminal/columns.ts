import { showText } from './show.ts';

/**
 * A table as kubectl prints it: a head, then a row a line, columns as wide as they have to be and three blanks apart. What
 * stands in it is shown escaped.
 */
export function renderColumns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = [head, ...rows].map((row) => row.map(showText));
  const widths = head.map((_, column) =>
    shown.reduce((width, row) => Math.max(width, measure(row[column] ?? '')), 0),
  );
  const lines = shown.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - measure(cell))))
      .join('   ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** In characters, as most terminals count them. */
function measure(cell: string): number {
  return [...cell].length;
}
