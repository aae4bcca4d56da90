import { toPointerStep } from '../../json/pointer.ts';
import { type JsonRecord, readMember } from '../../json/record.ts';
import { type ReadingContext, showValue } from './problem.ts';

/** An element that a policy may turn round: Action or NotAction, Principal or NotPrincipal. */
export interface PolicyElement {
  /** Everything but what it names. */
  readonly inverted: boolean;
  readonly pointer: string;
}

/**
 * Finds the one of an element and its inversion that is there; both or none is reported.
 * @returns value: undefined where there is not exactly one
 */
export function findElement(
  statement: JsonRecord,
  name: 'Action' | 'Principal',
  remedy: string,
  { pointer, lists }: ReadingContext,
): { readonly element: PolicyElement; readonly value: unknown } {
  const [found, other] = [name, `Not${name}`].filter((each) => Object.hasOwn(statement, each));
  const element = { inverted: found === `Not${name}`, pointer: `${pointer}/${found ?? name}` };
  if (found !== undefined && other === undefined) return { element, value: readMember(statement, found) };
  const problem = found === undefined ? `it has no ${name}` : `it has both ${name} and Not${name}`;
  lists.problems.push({ pointer, problem, remedy });
  return { element, value: undefined };
}

/** Reads a text or a list of texts, as Action, Principal and their kin may be; what is neither is reported. */
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
