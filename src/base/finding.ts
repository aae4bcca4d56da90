/**
 * How bad a finding is, worst first: one order for all. `error` and `warning` are for what works now, or not; the others
 * rank a risk. Who makes findings says which of them it has.
 */
export const SEVERITIES = ['critical', 'error', 'high', 'warning', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that somebody should look at. */
export interface Finding<Code extends string = string, Level extends Severity = Severity> {
  /** From the table of whoever makes it. */
  readonly code: Code;
  readonly severity: Level;
  /** A JSON Pointer (RFC 6901) in a document, or the name of what was looked at; empty: the whole. */
  readonly where: string;
  /** One sentence: what is there, and what comes of it. */
  readonly what: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;
}

/** Whether a finding is as bad as asked, or worse. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/** Worst first; of those that are alike the order stays. */
export function sortFindings<T extends Finding>(findings: readonly T[]): readonly T[] {
  return findings.toSorted(
    (left, right) => SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity),
  );
}
