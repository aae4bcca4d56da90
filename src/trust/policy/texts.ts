import { toPointerStep } from '../../json/pointer.ts';
import { type ProblemLists, showValue } from './problem.ts';

/** Reads a text or a list of texts, as Action, Principal and their kin may be; what is neither is reported. */
export function readTexts(value: unknown, pointer: string, lists: ProblemLists): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((entry: unknown, index) => readText(entry, pointer + toPointerStep(index), lists));
  }
  lists.problems.push({
    pointer,
    problem: `it is ${showValue(value)}`,
    remedy: 'give a text or a list of texts',
  });
  return [];
}

function readText(value: unknown, pointer: string, lists: ProblemLists): readonly string[] {
  if (typeof value === 'string') return [value];
  lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy: 'give a text' });
  return [];
}
