import type { Finding, Severity } from '../base/finding.ts';
import { type Paint, PLAIN, type Style } from './paint.ts';

/** How findings are told to people. */
export interface FindingsLayout<T extends Finding> {
  readonly paint?: Paint;
  /** Where each was seen, in words, where that is worth a line; without it a finding takes one line less. */
  readonly showWhere?: (finding: T) => string;
}

const STYLES: Readonly<Record<Severity, Style>> = {
  critical: 'bad',
  error: 'bad',
  high: 'bad',
  warning: 'warning',
  medium: 'warning',
  low: 'quiet',
};

/** One finding for people, as lines: how bad, what, where, and what to do. */
export function renderFinding<T extends Finding>(
  finding: T,
  { paint = PLAIN, showWhere }: FindingsLayout<T> = {},
): string[] {
  const { code, severity, what, remedy } = finding;
  const style = STYLES[severity];
  const advice = `  ${paint('good', '→')} ${remedy}`;
  if (showWhere === undefined) return [`${paint(style, severity)}: ${what} (${code})`, advice];
  const head = [paint(style, severity.padEnd(8)), paint('title', code), paint('quiet', showWhere(finding))];
  return [head.join('  '), `  ${what}`, advice];
}

/** For programs: findings within what they were found in, member by member as they are. */
export function renderFindingsJson<T extends { readonly findings: readonly Finding[] }>(report: T): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
