import type { Finding, Severity } from '../../base/finding.ts';

/** How bad what the linter finds can be, worst first. */
export const LINT_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];
export type LintSeverity = (typeof LINT_SEVERITIES)[number];

/** What a rule has seen at a place in a policy; the rule's own name is added as the code. */
export type Observation = Omit<Finding<string, LintSeverity>, 'code'>;

/** The row of a rule, under its code. */
export interface LintRule<Subject> {
  /** What the rule is about, a sentence: for documentation and SARIF. A finding says what was seen. */
  readonly text: string;
  readonly check: (subject: Subject) => readonly Observation[];
}
