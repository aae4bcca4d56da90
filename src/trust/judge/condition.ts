import { matchCidr } from '../match/cidr.ts';
import { matchArn, matchGlob, toGlob } from '../match/glob.ts';
import { matchDate, matchNumber } from '../match/order.ts';
import type { Condition } from '../policy/condition.ts';
import { type ConditionOperator, holdsWhenAbsent, type OperatorFamily } from '../policy/operator.ts';
import type { TrustPolicy } from '../policy.ts';
import { allOf, anyOf, not, type Tristate, toTristate } from '../tristate.ts';
import type { ConditionReport } from '../verdict.ts';
import type { RequestContext } from './context.ts';
import { type ExpandedValue, expandVariables } from './variables.ts';

/** What a condition is judged by. */
export interface ConditionScope {
  readonly context: RequestContext;
  readonly version: TrustPolicy['version'];
}

/** One operator and key against a request. */
export function judgeCondition(condition: Condition, scope: ConditionScope): ConditionReport {
  const fact = scope.context.find(condition.key);
  const actual = fact.kind === 'values' ? fact.values : fact.kind;
  return {
    operator: condition.operator.text,
    key: condition.key,
    matches: decide(condition, actual, scope),
    expected: condition.values,
    actual,
  };
}

function decide(condition: Condition, actual: ConditionReport['actual'], scope: ConditionScope): Tristate {
  if (actual === 'unknown') return 'unknown';
  const { operator, values } = condition;
  if (operator.family === 'null') {
    return toTristate(values.some((value) => value.toLowerCase() === String(actual === 'absent')));
  }
  if (actual === 'absent') return toTristate(holdsWhenAbsent(operator));
  return decideValues(condition, actual, scope);
}

function decideValues(condition: Condition, actual: readonly string[], scope: ConditionScope): Tristate {
  const expanded = condition.values.map((value) => expand(value, condition, scope));
  const results = actual.map((value) => decideValue(condition, value, expanded));
  if (condition.operator.setOperator === 'ForAnyValue') return anyOf(results);
  if (condition.operator.setOperator === 'ForAllValues') return allOf(results);
  // Several values without a set operator: AWS does not say which of them it looks at.
  return new Set(results).size === 1 ? (results[0] ?? 'unknown') : 'unknown';
}

function decideValue({ operator }: Condition, actual: string, expected: readonly ExpandedValue[]): Tristate {
  const any = anyOf(
    expected.map((value) => {
      if (value.kind === 'unknown') return 'unknown';
      return toTristate(value.kind === 'value' && compare(operator, value, actual));
    }),
  );
  return operator.negated ? not(any) : any;
}

/** Families whose values may have variables in them. */
const WITH_VARIABLES: ReadonlySet<OperatorFamily> = new Set([
  'string',
  'string-ignore-case',
  'string-like',
  'arn',
]);

function expand(value: string, { operator }: Condition, { context, version }: ConditionScope): ExpandedValue {
  if (!WITH_VARIABLES.has(operator.family))
    return { kind: 'value', text: value, toGlob: () => toGlob(value) };
  return expandVariables(value, version, (key) => context.find(key));
}

/** Whether one value of the policy fits one of the request, negation aside. */
function compare(
  { family, relation }: ConditionOperator,
  expected: ExpandedValue & { readonly kind: 'value' },
  actual: string,
): boolean {
  switch (family) {
    case 'string':
    case 'binary':
      return expected.text === actual;
    case 'string-ignore-case':
      return expected.text.toLowerCase() === actual.toLowerCase();
    case 'string-like':
      return matchGlob(expected.toGlob(), actual);
    case 'numeric':
      return matchNumber(expected.text, actual, relation);
    case 'date':
      return matchDate(expected.text, actual, relation);
    case 'bool':
      return expected.text.toLowerCase() === actual.toLowerCase();
    case 'ip':
      return matchCidr(expected.text, actual);
    case 'arn':
      return matchArn(expected.toGlob(), actual);
    case 'null':
      return false;
  }
}
