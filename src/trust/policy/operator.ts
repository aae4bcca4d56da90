import { findNearest } from '../../base/edit-distance.ts';

/** How a condition compares; each family has one comparison. */
export type OperatorFamily =
  | 'string'
  | 'string-ignore-case'
  | 'string-like'
  | 'numeric'
  | 'date'
  | 'bool'
  | 'binary'
  | 'ip'
  | 'arn'
  | 'null';

/** An order of numbers and dates: what `actual` has to be towards `expected`. */
export type Relation = '=' | '<' | '<=' | '>' | '>=';

export interface OperatorKind {
  readonly family: OperatorFamily;
  /** None of the policy's values may match; an absent key passes. */
  readonly negated: boolean;
  readonly relation: Relation;
}

/** A condition operator as a policy writes it: `ForAnyValue:StringLikeIfExists`. */
export interface ConditionOperator extends OperatorKind {
  readonly text: string;
  /** Without set operator and `IfExists`. */
  readonly name: string;
  readonly setOperator: 'ForAnyValue' | 'ForAllValues' | undefined;
  readonly ifExists: boolean;
}

const kind = (family: OperatorFamily, negated = false, relation: Relation = '='): OperatorKind => ({
  family,
  negated,
  relation,
});

/** Source: IAM user guide, "IAM JSON policy elements: Condition operators". */
const OPERATORS: ReadonlyMap<string, OperatorKind> = new Map([
  ['StringEquals', kind('string')],
  ['StringNotEquals', kind('string', true)],
  ['StringEqualsIgnoreCase', kind('string-ignore-case')],
  ['StringNotEqualsIgnoreCase', kind('string-ignore-case', true)],
  ['StringLike', kind('string-like')],
  ['StringNotLike', kind('string-like', true)],
  ...(['Numeric', 'Date'] as const).flatMap(listOrders),
  ['Bool', kind('bool')],
  ['BinaryEquals', kind('binary')],
  ['IpAddress', kind('ip')],
  ['NotIpAddress', kind('ip', true)],
  ['ArnEquals', kind('arn')],
  ['ArnLike', kind('arn')],
  ['ArnNotEquals', kind('arn', true)],
  ['ArnNotLike', kind('arn', true)],
  ['Null', kind('null')],
]);

function listOrders(prefix: 'Numeric' | 'Date'): [string, OperatorKind][] {
  const family = prefix === 'Numeric' ? 'numeric' : 'date';
  return [
    [`${prefix}Equals`, kind(family)],
    [`${prefix}NotEquals`, kind(family, true)],
    [`${prefix}LessThan`, kind(family, false, '<')],
    [`${prefix}LessThanEquals`, kind(family, false, '<=')],
    [`${prefix}GreaterThan`, kind(family, false, '>')],
    [`${prefix}GreaterThanEquals`, kind(family, false, '>=')],
  ];
}

const IF_EXISTS = 'IfExists';

/** undefined: IAM knows no such operator. Their names are compared with case. */
export function parseOperator(text: string): ConditionOperator | undefined {
  const setOperator = (['ForAnyValue', 'ForAllValues'] as const).find((name) => text.startsWith(`${name}:`));
  const rest = setOperator === undefined ? text : text.slice(setOperator.length + 1);
  const ifExists = rest.endsWith(IF_EXISTS);
  const name = ifExists ? rest.slice(0, -IF_EXISTS.length) : rest;
  const found = OPERATORS.get(name);
  // Null asks whether a key exists: a suffix that asks the same is refused there.
  if (found === undefined || (ifExists && found.family === 'null')) return undefined;
  return { ...found, text, name, setOperator, ifExists };
}

/**
 * Whether a condition holds where the request has no such key. Under ForAnyValue none of its values matches, with
 * `IfExists` or without (seen on AWS; the user guide leaves the two together open).
 * Source: IAM user guide, "Condition operators", "…IfExists" and "Set operators for multivalued context keys".
 */
export function holdsWhenAbsent({ setOperator, ifExists, negated }: ConditionOperator): boolean {
  if (setOperator !== undefined) return setOperator === 'ForAllValues';
  return ifExists || negated;
}

/** The operator that a misspelt one was meant to be; undefined where none is near. */
export function suggestOperator(text: string): string | undefined {
  const [, head = '', name = '', tail = ''] = /^(For[A-Za-z]+:)?(.*?)(IfExists)?$/s.exec(text) ?? [];
  const nearest = findNearest(name, OPERATORS.keys());
  if (nearest === undefined) return undefined;
  const suggestion = `${head}${nearest}${tail}`;
  return parseOperator(suggestion) === undefined ? nearest : suggestion;
}
