import { toPointerStep } from '../../json/pointer.ts';
import { type ReadingContext, showValue } from './problem.ts';

/** Reads a text or a list of texts, as Action and the kinds of a Principal may be; what is neither is reported. */
export function readTexts(value: unknown, { pointer, lists }: ReadingContext): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((entry: unknown, index) =>
      readText(entry, { pointer: pointer + toPointerStep(index), lists }),
    );
  }
  lists.problems.push({
    pointer,
    problem: `it is ${showValue(value)}`,
    remedy: 'give a text or a list of texts',
  });
  return [];
}

function readText(value: unknown, { pointer, lists }: ReadingContext): readonly string[] {
  if (typeof value === 'string') return [value];
  lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy: 'give a text' });
  return [];
}
