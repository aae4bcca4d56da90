import type { Finding } from '../../base/finding.ts';
import type { TextPlace } from '../../json/locate.ts';
import { type Paint, PLAIN, type Style } from '../../terminal/paint.ts';
import { showPlain } from '../policy/problem.ts';

/** A finding, and where in which file it is. */
export interface PlacedFinding extends Finding {
  readonly place: TextPlace;
}

const STYLES: Readonly<Record<Finding['severity'], Style>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'warning',
  low: 'quiet',
};

/** Findings for people, three lines each, and how many there are. */
export function renderFindings(
  findings: readonly PlacedFinding[],
  file: string,
  paint: Paint = PLAIN,
): string {
  if (findings.length === 0) return `${paint('good', '✔')} ${file}: nothing found\n`;
  const lines = findings.flatMap(({ id, severity, pointer, message, remedy, place }) => [
    `${paint(STYLES[severity], severity.padEnd(8))}  ${paint('title', id)}  ${paint('quiet', showPlace(file, place, pointer))}`,
    `  ${message}`,
    `  ${paint('good', '→')} ${remedy}`,
  ]);
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `${[...lines, '', count].join('\n')}\n`;
}

function showPlace(file: string, { line, column }: TextPlace, pointer: string): string {
  return `${file}:${line}:${column}${pointer === '' ? '' : ` ${showPlain(pointer)}`}`;
}
