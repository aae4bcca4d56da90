import type { JsonRecord } from './record.ts';

/** What the text of a JSON document is made of. Right for valid JSON; for anything else it ends, too. */
export interface Structure {
  /** Members of all objects, also those that are there twice. */
  readonly members: number;
  /** Objects and arrays that lie within each other; nothing is counted beyond the limit. */
  readonly depth: number;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Counts in one pass, without looking at names: a colon outside of strings is a member. */
export function countStructure(text: string, maxDepth: number): Structure {
  let members = 0;
  let open = 0;
  let depth = 0;
  for (let index = 0; index < text.length && depth <= maxDepth; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = findStringEnd(text, index + 1);
    else if (code === COLON) members += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth = Math.max(depth, ++open);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open -= 1;
  }
  return { members, depth };
}

/** The index of the closing quote, or of the last character where there is none. */
export function findStringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length - 1 : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** Members of all objects in what `JSON.parse` made, where of two of one name only the last is left. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const one of value) count += countMembers(one);
    return count;
  }
  for (const name of Object.keys(value)) count += 1 + countMembers((value as JsonRecord)[name]);
  return count;
}
