import { sortFindings } from '../base/finding.ts';
import { CONDITION_RULES } from './lint/condition-rules.ts';
import { readConditionFacts, readStatementFacts, type StatementFacts } from './lint/facts.ts';
import { KEY_RULES } from './lint/key-rules.ts';
import { POLICY_RULES } from './lint/policy-rules.ts';
import type { LintRule } from './lint/rule.ts';
import type { LintCode, LintFinding } from './lint/rules.ts';
import { STATEMENT_RULES } from './lint/statement-rules.ts';
import { listClaimValues, VALUE_RULES } from './lint/value-rules.ts';
import type { Condition } from './policy/condition.ts';
import type { PolicyNote, PolicyProblem } from './policy/problem.ts';
import type { TrustPolicy } from './policy.ts';
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
  const ofStatements = policy.statements.flatMap((statement) => {
    const facts = readStatementFacts(statement, policy, ownPrefixes);
    const ofConditions = statement.conditions.flatMap((condition) => lintCondition(condition, facts));
    return [...applyRules(STATEMENT_RULES, facts), ...ofConditions];
  });
  return sortFindings([...ofStatements, ...applyRules(POLICY_RULES, { policy, notes })]);
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

function lintCondition(condition: Condition, statement: StatementFacts): LintFinding[] {
  const facts = readConditionFacts(condition, statement);
  const ofValues = listClaimValues(facts).flatMap((value) => applyRules(VALUE_RULES, value).slice(0, 1));
  return [...applyRules(KEY_RULES, facts), ...applyRules(CONDITION_RULES, facts), ...ofValues];
}

/** All that the rules of one table have against what they look at, in the order of the table. */
function applyRules<Code extends LintCode, Subject>(
  rules: Readonly<Record<Code, LintRule<Subject>>>,
  subject: Subject,
): LintFinding[] {
  // The names of a table are its codes.
  const codes = Object.keys(rules) as Code[];
  return codes.flatMap((code) =>
    rules[code]
      .check(subject)
      .map(({ severity, where, what, remedy }) => ({ code, severity, where, what, remedy })),
  );
}
