import type { KeyMistakeKind } from '../near-miss/key.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import { showValue } from '../policy/problem.ts';
import { type ConditionFacts, isRestriction, listConditionsOn } from './facts.ts';
import type { LintRule, LintSeverity, Observation } from './rule.ts';

type KeyRule = LintRule<ConditionFacts>;

/** Keys that no request of a pod has, by what was meant: an Allow that asks for one lets nobody in. */
const UNSET_KEY_RULES = {
  'arn-in-key': {
    text: "Condition keys begin with the issuer, not with the provider's ARN.",
    check: tellUnset('arn-in-key'),
  },
  'slash-in-key': {
    text: 'A condition key has the slashes of its issuer, no more and no fewer.',
    check: tellUnset('slash-in-key'),
  },
  'other-issuer': {
    text: 'A condition key of another issuer is never there.',
    check: tellUnset('other-issuer'),
  },
  'claim-is-no-key': {
    text: 'STS makes condition keys of a few claims only.',
    check: tellUnset('claim-is-no-key'),
  },
  'unset-key': {
    text: 'A request with the token of a ServiceAccount never has this key.',
    check: tellUnset('unset-key'),
  },
  'misspelt-key': {
    text: 'A key that nobody sets, one or two letters from one that is.',
    check: tellUnset('spelling'),
  },
  'other-platform': {
    text: 'A leftover of a policy for another platform.',
    check: tellUnset('other-platform'),
  },
} as const satisfies Readonly<Record<Exclude<KeyMistakeKind, 'spelling'> | 'misspelt-key', KeyRule>>;

/** Rules that ask whether the key of a condition is there. */
export const KEY_RULES = {
  'if-exists-on-unset-key': {
    text: 'A condition with IfExists on a key that is never there is no condition at all.',
    check(facts) {
      const { operator, key } = facts.condition;
      const isTrue = operator.setOperator === undefined && holdsWhenAbsent(operator);
      if (!isAsked(facts) || facts.presence !== 'never' || !isTrue) return [];
      const what = `${showValue(key)} is never there, and ${operator.text} is true then: the condition asks for nothing`;
      return [tellOpening(facts, what)];
    },
  },
  'for-all-values-on-absent-key': {
    text: 'ForAllValues is true where the key is absent.',
    check(facts) {
      const { operator, key } = facts.condition;
      const isTrue = operator.setOperator === 'ForAllValues' && facts.presence !== 'always';
      if (!isAsked(facts) || !isTrue) return [];
      const what = `where ${showValue(key)} is absent, ForAllValues is true: the condition asks for nothing`;
      return [tellOpening(facts, what)];
    },
  },
  ...UNSET_KEY_RULES,
} as const satisfies Readonly<Record<string, KeyRule>>;

/** An Allow wants a value of the key. */
function isAsked({ statement, condition }: ConditionFacts): boolean {
  return statement.effect === 'Allow' && condition.operator.family !== 'null';
}

/** Beside a condition on the subject that holds, it opens little. */
function tellOpening(facts: ConditionFacts, what: string): Observation {
  const { condition, mistake } = facts;
  const isBound = listConditionsOn('sub', facts).some(isRestriction);
  const severity: LintSeverity = isBound ? 'medium' : 'critical';
  return { severity, where: condition.pointer, what, remedy: mistake.remedy };
}

function tellUnset(kind: KeyMistakeKind): KeyRule['check'] {
  return (facts) => {
    const { condition, presence, mistake } = facts;
    const { operator, key, pointer } = condition;
    if (!isAsked(facts) || presence !== 'never' || holdsWhenAbsent(operator) || mistake.kind !== kind)
      return [];
    const what = `${showValue(key)} is never there: this statement lets nobody in`;
    return [{ severity: 'high', where: pointer, what, remedy: mistake.remedy }];
  };
}
