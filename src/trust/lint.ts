import { sortFindings } from '../base/finding.ts';
import { KEY_RULES } from './lint/key-rules.ts';
import type { LintFinding } from './lint/rules.ts';
import { createLintScope } from './lint/scope.ts';
import { STATEMENT_RULES } from './lint/statement-rules.ts';
import { VALUE_RULES } from './lint/value-rules.ts';
import type { PolicyNote, PolicyProblem } from './policy/problem.ts';
import type { Statement } from './policy/statement.ts';
import { DEFAULT_SIZE_QUOTA, type TrustPolicy } from './policy.ts';
import { toConditionPrefix } from './provider.ts';

export interface LintOptions {
  /** URLs of the clusters' issuers, where known: then providers and subjects are held against them. */
  readonly issuers?: readonly string[];
  /** What reading the policy brought up. */
  readonly notes?: readonly PolicyNote[];
}

/** What is unsafe, useless or odd in a policy that IAM takes; the worst first. */
export function lintPolicy(
  policy: TrustPolicy,
  { issuers = [], notes = [] }: LintOptions = {},
): readonly LintFinding[] {
  const ownPrefixes = issuers.map(toConditionPrefix);
  const findings = [
    ...policy.statements.flatMap((statement) => lintStatement(statement, policy, ownPrefixes)),
    ...findRepeated(policy),
    ...checkSize(policy),
    ...notes.flatMap(toFinding),
  ];
  return sortFindings(findings);
}

/** The problems of a policy that IAM refuses, as findings: a linter has no other way to tell. */
export function toFindings(problems: readonly PolicyProblem[]): readonly LintFinding[] {
  return problems.map(({ pointer, problem, remedy }) => ({
    code: 'malformed-policy',
    severity: 'critical',
    where: pointer,
    what: problem,
    remedy,
  }));
}

function lintStatement(
  statement: Statement,
  { version }: TrustPolicy,
  ownPrefixes: readonly string[],
): LintFinding[] {
  const scope = createLintScope(statement, version, ownPrefixes);
  return [
    ...STATEMENT_RULES.flatMap((check) => check(scope)),
    ...statement.conditions.flatMap((condition) =>
      [...KEY_RULES, ...VALUE_RULES].flatMap((check) => check(condition, scope)),
    ),
  ];
}

function findRepeated({ statements }: TrustPolicy): LintFinding[] {
  const seen = new Map<string, number>();
  return statements.flatMap(({ index, pointer, effect, action, principal, conditions }) => {
    const parts = [effect, action.inverted, action.patterns, principal.inverted, principal.members];
    const asked = conditions.map(({ operator, key, values }) => [operator.text, key, values]);
    const text = JSON.stringify([...parts, principal.everyone, asked]);
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, index);
      return [];
    }
    const what = `it says the same as statement ${first + 1}`;
    return [{ code: 'statement-twice', severity: 'low', where: pointer, what, remedy: 'remove it' } as const];
  });
}

/** From nine tenths of the default quota: the next ServiceAccount may be one too many. */
function checkSize({ size }: TrustPolicy): LintFinding[] {
  if (size < DEFAULT_SIZE_QUOTA * 0.9 || size > DEFAULT_SIZE_QUOTA) return [];
  const what = `it has ${size} of ${DEFAULT_SIZE_QUOTA} characters`;
  const remedy = "give the next ServiceAccount a role of its own, or have the account's quota raised";
  return [{ code: 'size-near-quota', severity: 'low', where: '', what, remedy }];
}

function toFinding({ about, pointer, problem: what, remedy }: PolicyNote): LintFinding[] {
  switch (about) {
    case 'version':
      return [{ code: 'old-version', severity: 'low', where: pointer, what, remedy }];
    case 'size':
      return [{ code: 'size-near-quota', severity: 'medium', where: pointer, what, remedy }];
    case 'sid':
      return [{ code: 'odd-document', severity: 'low', where: pointer, what, remedy }];
    // The rule no-values says the same, and what comes of it.
    case 'values':
      return [];
  }
}
