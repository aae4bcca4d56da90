import type { PolicyNote } from '../policy/problem.ts';
import { DEFAULT_SIZE_QUOTA, type TrustPolicy } from '../policy.ts';
import { countVariables, KEEPING_TEXTS } from './old-version.ts';
import type { LintRule, LintSeverity, Observation } from './rule.ts';

/** A policy that IAM takes, and what reading it brought up. */
interface PolicyFacts {
  readonly policy: TrustPolicy;
  readonly notes: readonly PolicyNote[];
}

/** Rules that look at a policy as a whole. */
export const POLICY_RULES = {
  'statement-twice': { text: 'Two statements say the same.', check: findRepeatedStatements },
  'size-near-quota': {
    text: 'IAM takes 2048 characters unless the quota of the account was raised.',
    check: (facts) => [...findSizeNearQuota(facts), ...repeatNotes(facts, 'size', 'medium')],
  },
  'old-version': {
    text: 'The version of the policy language is missing or old.',
    check: (facts) =>
      repeatNotes(facts, 'version', 'low').map((note) => ({
        ...note,
        remedy: keepTexts(note.remedy, facts),
      })),
  },
  'odd-document': {
    text: 'IAM takes it, but it may not be meant.',
    check: (facts) => repeatNotes(facts, 'sid', 'low'),
  },
} as const satisfies Readonly<Record<string, LintRule<PolicyFacts>>>;

function findRepeatedStatements({ policy }: PolicyFacts): Observation[] {
  const seen = new Map<string, number>();
  return policy.statements.flatMap(({ index, pointer, effect, action, principal, conditions }) => {
    const parts = [effect, action.inverted, action.patterns, principal.members];
    const asked = conditions.map(({ operator, key, values }) => [operator.text, key, values]);
    const text = JSON.stringify([...parts, principal.everyone, asked]);
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, index);
      return [];
    }
    const what = `it says the same as statement ${first + 1}`;
    return [{ severity: 'low', where: pointer, what, remedy: 'remove it' }];
  });
}

/** From nine tenths of the default quota: the next ServiceAccount may be one too many. */
function findSizeNearQuota({ policy: { size } }: PolicyFacts): Observation[] {
  if (size < DEFAULT_SIZE_QUOTA * 0.9 || size > DEFAULT_SIZE_QUOTA) return [];
  const what = `it has ${size} of ${DEFAULT_SIZE_QUOTA} characters`;
  const remedy = "give the next ServiceAccount a role of its own, or have the account's quota raised";
  return [{ severity: 'low', where: '', what, remedy }];
}

/** A version is of the whole policy: what it makes a variable of was plain text, in a `Deny` as well. */
function keepTexts(remedy: string, { policy: { statements } }: PolicyFacts): string {
  return countVariables(statements) === 0 ? remedy : `${remedy}${KEEPING_TEXTS}`;
}

/** An empty list of values is noted, too: the rule no-values says the same, and what comes of it. */
function repeatNotes(
  { notes }: PolicyFacts,
  about: Exclude<PolicyNote['about'], 'values'>,
  severity: LintSeverity,
): Observation[] {
  return notes
    .filter((note) => note.about === about)
    .map(({ pointer, problem, remedy }) => ({ severity, where: pointer, what: problem, remedy }));
}
