import { showValue } from '../policy/problem.ts';
import type { ConditionFacts } from './facts.ts';
import type { LintRule, Observation } from './rule.ts';

type ConditionRule = LintRule<ConditionFacts>;

/** Rules that look at the operator of a condition, with its key and its list of values. */
export const CONDITION_RULES = {
  'set-operator-on-single-value': {
    text: 'Set operators are for keys with several values.',
    check({ condition: { operator, key, pointer }, claim }) {
      const isSingle = claim === 'sub' || claim === 'aud';
      if (operator.family === 'null' || operator.setOperator === undefined || !isSingle) return [];
      const what = `${showValue(key)} has one value, and ${operator.setOperator} is for keys with several`;
      const remedy = `write ${operator.name}: a list of values means any of them already`;
      return [{ severity: 'low', where: pointer, what, remedy }];
    },
  },
  'missing-set-operator': {
    text: 'A key with several values needs ForAnyValue or ForAllValues to have a meaning.',
    check: findMissingSetOperator,
  },
  'negated-deny-on-absent-key': {
    text: 'A Deny with a negated operator also denies where the key is absent.',
    check: findNegatedDeny,
  },
  'null-reversed': {
    text: 'Null with "true" asks for a key to be absent.',
    check({ condition: { operator, key, values, pointer }, statement, presence }) {
      const asksForAbsence =
        operator.family === 'null' && values.some((value) => value.toLowerCase() === 'true');
      if (!asksForAbsence || statement.effect === 'Deny' || presence !== 'always') return [];
      const what = `"true" asks that ${showValue(key)} be absent, and every request has it: this statement lets nobody in`;
      const remedy = 'write "false", or remove the condition';
      return [{ severity: 'high', where: pointer, what, remedy }];
    },
  },
  'no-values': {
    text: 'An empty list of values matches nothing.',
    check({ condition: { values, operator, pointer }, statement }) {
      if (values.length > 0 || statement.effect === 'Deny' || operator.negated) return [];
      const what = 'an empty list of values matches nothing: this statement lets nobody in';
      return [{ severity: 'high', where: pointer, what, remedy: 'give at least one value' }];
    },
  },
  'variable-in-old-version': {
    text: 'Policy variables are plain text before version 2012-10-17.',
    check({ condition: { values, pointer }, version }) {
      const variable = values.find((value) => value.includes('${'));
      if (version !== '2008-10-17' || variable === undefined) return [];
      const what = `${showValue(variable)} has a variable, which is plain text in version 2008-10-17`;
      return [{ severity: 'high', where: pointer, what, remedy: 'write "Version": "2012-10-17"' }];
    },
  },
} as const satisfies Readonly<Record<string, ConditionRule>>;

/** Of the keys that every request may have. */
const SEVERAL: ReadonlySet<string> = new Set(['aws:tagkeys', 'sts:transitivetagkeys']);

function findMissingSetOperator({ condition, claim, isForPlatform }: ConditionFacts): Observation[] {
  const { operator, key, pointer } = condition;
  const isList = !isForPlatform && (claim === 'oaud' || claim === 'amr');
  const hasSeveral = SEVERAL.has(key.toLowerCase()) || isList;
  if (operator.family === 'null' || operator.setOperator !== undefined || !hasSeveral) return [];
  const what = `${showValue(key)} may have several values, and AWS does not say which of them ${operator.text} looks at`;
  return [{ severity: 'medium', where: pointer, what, remedy: `write ForAnyValue:${operator.text}` }];
}

function findNegatedDeny({ condition, statement, presence }: ConditionFacts): Observation[] {
  const { operator, key, pointer } = condition;
  const isOpen = operator.negated && !operator.ifExists && operator.setOperator !== 'ForAnyValue';
  if (statement.effect === 'Allow' || !isOpen) return [];
  if (presence === 'always') return [];
  const what = `${operator.text} is true where ${showValue(key)} is absent: the Deny then meets every pod`;
  const remedy = `write ${operator.text}IfExists if a request without the key may pass`;
  return [{ severity: presence === 'never' ? 'high' : 'medium', where: pointer, what, remedy }];
}
