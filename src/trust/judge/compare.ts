import { matchArn } from '../match/arn.ts';
import { matchCidr } from '../match/cidr.ts';
import { matchGlob } from '../match/glob.ts';
import { matchDate, matchNumber } from '../match/order.ts';
import type { ConditionOperator, OperatorFamily } from '../policy/operator.ts';
import type { ExpandedValue } from './variables.ts';

/** Families whose values may have variables in them. */
export const WITH_VARIABLES: ReadonlySet<OperatorFamily> = new Set([
  'string',
  'string-ignore-case',
  'string-like',
  'arn',
]);

/** Whether one value of the policy fits one of the request, negation aside. */
export function compare(
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
      return matchGlob(expected.glob, actual);
    case 'numeric':
      return matchNumber(expected.text, actual, relation);
    case 'date':
      return matchDate(expected.text, actual, relation);
    case 'bool':
      return expected.text.toLowerCase() === actual.toLowerCase();
    case 'ip':
      return matchCidr(expected.text, actual);
    case 'arn':
      return matchArn(expected.glob, actual);
    case 'null':
      return false;
  }
}
