import { pick, type Sample, toKey, type Value } from './samples.ts';

export interface Matching {
  /** Labels by which both sides are joined; undefined: all. */
  readonly on: readonly string[] | undefined;
  /** `group_left`: several of the left side may have one partner. */
  readonly isManyToOne: boolean;
}

const ARITHMETIC: Readonly<Record<string, (one: number, other: number) => number>> = {
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '==': (one, other) => one === other,
};

/** What a binary operator makes of both sides. @throws Error for one that our rules do not use */
export function combine(operator: string, one: Value, other: Value, matching: Matching): Value {
  if (typeof one === 'number' && typeof other === 'number') return compute(operator, one, other)[0] ?? 0;
  if (typeof one === 'number')
    return (other as readonly Sample[]).flatMap(({ labels, value }) =>
      compute(operator, one, value).map((result) => ({ labels, value: result })),
    );
  if (typeof other === 'number') return one.flatMap((each) => apply(operator, each, other));
  return combineSets(operator, one, other, matching) ?? combineVectors(operator, one, other, matching);
}

function keyBy({ on }: Matching): (sample: Sample) => string {
  return ({ labels }) => toKey(on === undefined ? labels : pick(labels, on));
}

function combineSets(
  operator: string,
  one: readonly Sample[],
  other: readonly Sample[],
  matching: Matching,
): readonly Sample[] | undefined {
  const key = keyBy(matching);
  const [mine, theirs] = [new Set(one.map(key)), new Set(other.map(key))];
  if (operator === 'and') return one.filter((each) => theirs.has(key(each)));
  if (operator === 'unless') return one.filter((each) => !theirs.has(key(each)));
  if (operator === 'or') return [...one, ...other.filter((each) => !mine.has(key(each)))];
  return undefined;
}

/** @throws Error where a sample of the one side is for several of the other, as Prometheus does */
function combineVectors(
  operator: string,
  one: readonly Sample[],
  other: readonly Sample[],
  matching: Matching,
): readonly Sample[] {
  const key = keyBy(matching);
  const partners = Map.groupBy(other, key);
  const mine = Map.groupBy(one, key);
  return one.flatMap((each) => {
    const [partner, second] = partners.get(key(each)) ?? [];
    if (partner === undefined) return [];
    if (second !== undefined || (!matching.isManyToOne && mine.get(key(each))?.length !== 1))
      throw new Error(`${operator}: several samples have ${key(each)}`);
    return apply(operator, each, partner.value);
  });
}

function apply(operator: string, { labels, value }: Sample, other: number): readonly Sample[] {
  return compute(operator, value, other).map((result) => ({ labels, value: result }));
}

/** A comparison that does not hold leaves nothing, and one that does the value on its left. */
function compute(operator: string, one: number, other: number): readonly number[] {
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic !== undefined) return [arithmetic(one, other)];
  const comparison = COMPARISONS[operator];
  if (comparison === undefined) throw new Error(`${operator} is not for these tests`);
  return comparison(one, other) ? [one] : [];
}
