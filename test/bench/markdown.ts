import type { Spread } from './statistics.ts';

/** One figure beside what it should be; `limit` is a floor for `'min'` and a ceiling for `'max'`. */
export interface Target {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly limit: number;
  readonly kind: 'min' | 'max';
}

export function renderTargets(targets: readonly Target[]): string {
  const rows = targets.map(({ what, unit, value, limit, kind }) => {
    const reached = kind === 'min' ? value >= limit : value <= limit;
    const sign = kind === 'min' ? '≥' : '≤';
    return [what, `${sign} ${limit}${unit}`, `**${toText(value, unit)}**`, reached ? 'yes' : 'no'];
  });
  return renderTable(['', 'target', 'measured', 'reached'], rows);
}

function toText(value: number, unit: string): string {
  return `${value.toFixed(unit === ' MB' ? 1 : 2)}${unit}`;
}

export function renderSpread({ median, min, max }: Spread, digits: number): string {
  const show = (value: number): string =>
    digits === 0 ? Math.round(value).toLocaleString('en') : value.toFixed(digits);
  return `${show(median)} (${show(min)}–${show(max)})`;
}

export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
