import type { RuleId } from '../trust/lint/rules.ts';

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule has against a place in a policy. */
export interface Finding {
  readonly id: RuleId;
  readonly severity: Severity;
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  /** One sentence: what is there, and what comes of it. */
  readonly message: string;
  /** One sentence: what to write instead. */
  readonly remedy: string;
}

/** Whether a finding is as bad as asked, or worse. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}
