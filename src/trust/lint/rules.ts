import type { Finding } from '../../base/finding.ts';
import { CONDITION_RULES } from './condition-rules.ts';
import { KEY_RULES } from './key-rules.ts';
import { POLICY_RULES } from './policy-rules.ts';
import type { LintSeverity } from './rule.ts';
import { STATEMENT_RULES } from './statement-rules.ts';
import { VALUE_RULES } from './value-rules.ts';

const TABLE = {
  'malformed-policy': {
    text: 'IAM would refuse the document, or two readers would read it differently.',
  },
  ...STATEMENT_RULES,
  ...VALUE_RULES,
  ...KEY_RULES,
  ...CONDITION_RULES,
  ...POLICY_RULES,
} as const satisfies Readonly<Record<string, { readonly text: string }>>;

export type LintCode = keyof typeof TABLE;

/** All that the linter looks for, and what it is about. */
// A record that is made from all members of another has the same names.
export const RULES = Object.fromEntries(
  Object.entries(TABLE).map(([code, { text }]) => [code, text]),
) as Readonly<Record<LintCode, string>>;

/** What a rule has against a place in a policy, by JSON Pointer. */
export type LintFinding = Finding<LintCode, LintSeverity>;
