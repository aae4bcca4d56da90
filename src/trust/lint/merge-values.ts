import { matchGlob, toGlob } from '../match/glob.ts';
import type { Condition } from '../policy/condition.ts';

/**
 * One list of values that takes what two conditions take together, under the same operator and key.
 * @param isSingle the key never has more than one value
 * @returns undefined where no list of theirs is that, because patterns overlap
 */
export function mergeValues(
  one: Condition,
  other: Condition,
  isSingle: boolean,
): readonly string[] | undefined {
  const [left, right] = [new Set(one.values), new Set(other.values)];
  if (left.size === right.size && one.values.every((value) => right.has(value))) return [...left];
  // Of several values one may fit the one list, and another the other.
  if (one.operator.setOperator === 'ForAnyValue' && !isSingle) return undefined;
  return one.operator.negated ? [...new Set([...left, ...right])] : intersect(one, other);
}

function intersect(one: Condition, other: Condition): readonly string[] | undefined {
  const pairs = one.values.flatMap((left) => other.values.map((right) => findCommon(one, left, right)));
  const common = pairs.filter((each) => each !== undefined);
  return common.includes(OVERLAP) ? undefined : [...new Set(common)].filter((each) => each !== OVERLAP);
}

const OVERLAP = Symbol('overlap');

/** What two values take both; undefined: nothing. */
function findCommon(
  { operator: { family } }: Condition,
  left: string,
  right: string,
): string | typeof OVERLAP | undefined {
  if (left === right) return left;
  if (left.includes('${') || right.includes('${')) return OVERLAP;
  switch (family) {
    case 'string':
      return undefined;
    case 'string-ignore-case':
    case 'bool':
    case 'null':
      return left.toLowerCase() === right.toLowerCase() ? left : undefined;
    case 'string-like':
      return findCommonPattern(left, right);
    default:
      return OVERLAP;
  }
}

function findCommonPattern(left: string, right: string): string | typeof OVERLAP | undefined {
  if (covers(left, right)) return right;
  if (covers(right, left)) return left;
  return beginApart(left, right) || beginApart(reverse(left), reverse(right)) ? undefined : OVERLAP;
}

/** Whether all that fits the one fits the other, too; false where that is not seen at once. */
function covers(wide: string, narrow: string): boolean {
  // A single character is less than a star.
  const isSeen = !wide.includes('?') || !narrow.includes('*');
  return isSeen && matchGlob(toGlob(wide), narrow);
}

function beginApart(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => text.split(/[*?]/, 1)[0] ?? '');
  const length = Math.min(one?.length ?? 0, other?.length ?? 0);
  return one?.slice(0, length) !== other?.slice(0, length);
}

function reverse(text: string): string {
  return [...text].reverse().join('');
}
