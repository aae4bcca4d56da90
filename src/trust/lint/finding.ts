import type { Severity } from '../../base/finding.ts';

/** How bad what the linter finds can be, worst first. */
export const LINT_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];
export type LintSeverity = (typeof LINT_SEVERITIES)[number];
