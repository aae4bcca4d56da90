import { toPointerStep } from '../../json/pointer.ts';
import { isRecord } from '../../json/record.ts';
import { checkKey } from './key.ts';
import { type ConditionOperator, parseOperator, suggestOperator } from './operator.ts';
import { type ReadingContext, showValue } from './problem.ts';

/** One operator and key with its values: `"StringEquals": { "<key>": [<values>] }`. */
export interface Condition {
  readonly operator: ConditionOperator;
  /** As the policy writes it; its case does not count. */
  readonly key: string;
  /** Any of them may match, or none where the operator is negated. Numbers and booleans are texts here. */
  readonly values: readonly string[];
  readonly pointer: string;
}

/** Reads a Condition block; absent means none. */
export function readConditions(value: unknown, { pointer, lists }: ReadingContext): readonly Condition[] {
  if (value === undefined) return [];
  if (!isRecord(value)) {
    const remedy = 'give an object, such as {"StringEquals": {"<issuer>:sub": "…"}}';
    lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy });
    return [];
  }
  return Object.entries(value).flatMap(([name, keys]) =>
    readOperator(name, keys, { pointer: pointer + toPointerStep(name), lists }),
  );
}

function readOperator(name: string, keys: unknown, { pointer, lists }: ReadingContext): readonly Condition[] {
  const operator = parseOperator(name);
  if (operator === undefined) {
    const suggestion = suggestOperator(name);
    const remedy =
      suggestion === undefined ? 'StringEquals is what most policies need' : `write ${suggestion}`;
    lists.problems.push({ pointer, problem: `${showValue(name)} is no condition operator`, remedy });
  }
  if (!isRecord(keys)) {
    const remedy = 'give an object of condition keys and their values';
    lists.problems.push({ pointer, problem: `it is ${showValue(keys)}`, remedy });
    return [];
  }
  return Object.entries(keys).flatMap(([key, value]) => {
    const context = { pointer: pointer + toPointerStep(key), lists };
    checkKey(key, context);
    const values = readValues(value, context);
    return operator === undefined ? [] : [{ operator, key, values, pointer: context.pointer }];
  });
}

function readValues(value: unknown, { pointer, lists }: ReadingContext): readonly string[] {
  if (!Array.isArray(value)) return readValue(value, { pointer, lists });
  if (value.length === 0) {
    const remedy = 'give at least one value';
    lists.notes.push({ about: 'values', pointer, problem: 'the list of values is empty', remedy });
  }
  return value.flatMap((entry: unknown, index) =>
    readValue(entry, { pointer: pointer + toPointerStep(index), lists }),
  );
}

function readValue(value: unknown, { pointer, lists }: ReadingContext): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  const remedy = 'give a text, a number, a boolean, or a list of these';
  lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy });
  return [];
}
