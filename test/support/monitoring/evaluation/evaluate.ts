import { childrenOf, readSelector, type Selector, type SyntaxNode, toSyntaxTree } from '../promql.ts';
import { findIncrease, findQuantiles } from './functions.ts';
import { combine } from './operators.ts';
import { pick, type Sample, type Series, toKey, type Value } from './samples.ts';

/** What an expression comes to. @param now seconds since epoch */
export type Evaluate = (series: readonly Series[], now: number) => Value;

/**
 * Reads an expression of PromQL, to be evaluated over series that are made up.
 * @throws Error where it does not parse, and later for what of the language our rules do not use
 */
export function compile(text: string): Evaluate {
  const tree = toSyntaxTree(text);
  return (series, now) => visit(tree, { text, series, now });
}

interface Context {
  readonly text: string;
  readonly series: readonly Series[];
  readonly now: number;
}

const EVALUATORS: Readonly<Record<string, (node: SyntaxNode, context: Context) => Value>> = {
  PromQL: visitFirst,
  ParenExpr: visitFirst,
  NumberDurationLiteral: (node, context) => Number(sliceOf(node, context)),
  VectorSelector: (node, context) =>
    select(node, context).flatMap(({ labels, at }) => {
      const value = at(context.now);
      return value === undefined ? [] : [{ labels, value }];
    }),
  OffsetExpr(node, context) {
    const offset = readDuration(find(node, 'OffsetDurationExpr', context), context);
    return visitFirst(node, { ...context, now: context.now - offset });
  },
  FunctionCall: callFunction,
  AggregateExpr: aggregate,
  BinaryExpr(node, context) {
    const [left, operator, ...rest] = childrenOf(node);
    const right = rest.at(-1);
    if (left === undefined || operator === undefined || right === undefined) throw unknown('this', context);
    const matching = find(node, 'MatchingModifierClause', context, null);
    return combine(sliceOf(operator, context), visit(left, context), visit(right, context), {
      on: matching === null ? undefined : readNames(matching, context),
      isManyToOne: matching?.getChild('GroupLeft') != null,
    });
  },
};

function visit(node: SyntaxNode, context: Context): Value {
  const evaluator = EVALUATORS[node.name];
  if (evaluator === undefined) throw unknown(node.name, context);
  return evaluator(node, context);
}

function visitFirst(node: SyntaxNode, context: Context): Value {
  const [first] = childrenOf(node);
  if (first === undefined) throw unknown(node.name, context);
  return visit(first, context);
}

function unknown(what: string, { text }: Context): Error {
  return new Error(`${what} is not for these tests: ${text}`);
}

function sliceOf({ from, to }: SyntaxNode, { text }: Context): string {
  return text.slice(from, to);
}

function find(node: SyntaxNode, name: string, context: Context): SyntaxNode;
function find(node: SyntaxNode, name: string, context: Context, otherwise: null): SyntaxNode | null;
function find(node: SyntaxNode, name: string, context: Context, otherwise?: null): SyntaxNode | null {
  const found = node.getChild(name);
  if (found === null && otherwise === undefined) throw unknown(`${node.name} without ${name}`, context);
  return found;
}

function readNames(node: SyntaxNode, context: Context): readonly string[] {
  return find(node, 'GroupingLabels', context)
    .getChildren('LabelName')
    .map((each) => sliceOf(each, context));
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `15m` → 900 */
export function parseDuration(text: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const seconds = UNITS[unit];
  if (seconds === undefined) throw new Error(`no duration of these tests: ${text}`);
  return Number(count) * seconds;
}

function readDuration(node: SyntaxNode, context: Context): number {
  return parseDuration(sliceOf(node, context));
}

function select(node: SyntaxNode, context: Context): readonly Series[] {
  const selector = readSelector(node, (each) => sliceOf(each, context));
  return context.series.filter((each) => isSelected(each, selector));
}

function isSelected({ metric, labels }: Series, selector: Selector): boolean {
  if (metric !== selector.metric) return false;
  return selector.matchers.every(({ label, operator, value }) => {
    const actual = labels[label] ?? '';
    const isSame = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
    return isSame !== operator.startsWith('!');
  });
}

function callFunction(node: SyntaxNode, context: Context): Value {
  const name = sliceOf(find(node, 'FunctionIdentifier', context), context);
  const [first, second] = childrenOf(find(node, 'FunctionCallBody', context));
  if (name === 'time') return context.now;
  if (name === 'histogram_quantile' && first !== undefined && second !== undefined)
    return findQuantiles(Number(sliceOf(first, context)), toVector(visit(second, context), context));
  if (first?.name !== 'MatrixSelector' || (name !== 'rate' && name !== 'increase'))
    throw unknown(`${name}()`, context);
  const range = readDuration(find(first, 'DurationExpr', context), context);
  const selector = find(first, 'VectorSelector', context);
  return select(selector, context)
    .flatMap((each) => findIncrease(each, range, context.now))
    .map(({ labels, value }) => ({ labels, value: name === 'rate' ? value / range : value }));
}

function toVector(value: Value, context: Context): readonly Sample[] {
  if (typeof value === 'number') throw unknown('a number here', context);
  return value;
}

const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
};

function aggregate(node: SyntaxNode, context: Context): readonly Sample[] {
  const name = sliceOf(find(node, 'AggregateOp', context), context);
  const modifier = find(node, 'AggregateModifier', context);
  const reduce = AGGREGATES[name];
  if (reduce === undefined || modifier.getChild('By') === null) throw unknown(name, context);
  const names = readNames(modifier, context);
  const samples = toVector(visitFirst(find(node, 'FunctionCallBody', context), context), context);
  const groups = Map.groupBy(samples, ({ labels }) => toKey(pick(labels, names)));
  return [...groups.values()].map((group) => ({
    labels: pick(group[0]?.labels ?? {}, names),
    value: reduce(group.map(({ value }) => value)),
  }));
}
