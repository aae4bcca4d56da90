import { quote } from '../../json/quote.ts';

/** What is wrong with a policy document, or odd about it. */
export interface PolicyProblem {
  /** JSON Pointer (RFC 6901) of the place; empty for the document itself. */
  readonly pointer: string;
  /** One sentence: what was found there. */
  readonly problem: string;
  /** One sentence: what to write instead. */
  readonly remedy: string;
}

/** Something that IAM takes and that may not be meant. */
export interface PolicyNote extends PolicyProblem {
  readonly about: 'version' | 'size' | 'values' | 'sid';
}

/** Where the readers put what they find, so that all of it is said at once. */
export interface ProblemLists {
  /** AWS refuses the document (MalformedPolicyDocument), or nobody can tell what it means. */
  readonly problems: PolicyProblem[];
  /** AWS takes it; whoever wrote it may not mean it. */
  readonly notes: PolicyNote[];
}

/** What a reader gets beside the value: the value's place, and where to put what is wrong with it. */
export interface ReadingContext {
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly lists: ProblemLists;
}

const MAX_SHOWN = 300;

/** A value for people: texts quoted and cut, everything else by its shape. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return quote(value, MAX_SHOWN);
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  return value === undefined ? 'nothing' : `the ${typeof value} ${String(value)}`;
}

/** Texts of plain characters as they are, others in quotes, so that a blank at the end can be seen. */
export function showPlain(text: string): string {
  return /^[!-~]{1,300}$/.test(text) ? text : showValue(text);
}
