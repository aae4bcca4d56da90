import { toPointerStep } from './pointer.ts';

/** A place in a text, both from 1; columns are UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Finds places in a JSON text by JSON Pointer: a member by its name, an element of a list by its first character. */
export interface PlaceFinder {
  /** Where the document has no such place, the nearest thing around it. */
  find(pointer: string): TextPlace;
}

/**
 * Strings, and the characters that give a document its form; all else is of no interest here. A string that does not end
 * takes all that is left: to look for its end from every quote again would take a square of the length.
 */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*\\?"?|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** An object or array that is open at some place of the text. */
interface OpenValue {
  readonly pointer: string;
  /** The next element's index; undefined in an object. */
  index: number | undefined;
}

/** Right for valid JSON; of a member that is there twice, the second place counts. The caller bounds length and depth. */
export function createPlaceFinder(text: string): PlaceFinder {
  const offsets = new PlaceIndex(text).offsets;
  const lines = indexLines(text);
  return {
    find(pointer) {
      let around = pointer;
      while (!offsets.has(around) && around !== '') around = around.slice(0, around.lastIndexOf('/'));
      return toPlace(offsets.get(around) ?? 0, lines);
    },
  };
}

class PlaceIndex {
  readonly offsets = new Map<string, number>();
  readonly #open: OpenValue[] = [];
  /** Where the next value belongs. */
  #at = '';

  constructor(text: string) {
    const tokens = Array.from(text.matchAll(TOKEN));
    for (const [position, token] of tokens.entries()) {
      const isName = tokens[position + 1]?.[0] === ':' && token[0] !== ',';
      this.#take(token[0], token.index, isName);
    }
  }

  #take(token: string, offset: number, isName: boolean): void {
    if (token === ',' || token === ':') return;
    if (token === '}' || token === ']') this.#open.pop();
    else if (isName) this.#takeName(token, offset);
    else this.#takeValue(token, offset);
  }

  #takeName(token: string, offset: number): void {
    this.#at = (this.#open.at(-1)?.pointer ?? '') + toPointerStep(readName(token));
    this.offsets.set(this.#at, offset);
  }

  /** A member's place is its name; only the document and elements of lists begin at their value. */
  #takeValue(token: string, offset: number): void {
    const top = this.#open.at(-1);
    if (top?.index !== undefined) {
      this.#at = top.pointer + toPointerStep(top.index);
      top.index += 1;
    }
    if (top?.index !== undefined) this.offsets.set(this.#at, offset);
    // A text that is no JSON may go on after its first value; the document begins there all the same.
    else if (top === undefined && !this.offsets.has('')) this.offsets.set('', offset);
    if (token === '{' || token === '[') {
      this.#open.push({ pointer: this.#at, index: token === '[' ? 0 : undefined });
    }
  }
}

function readName(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

/** Offsets at which lines begin. */
function indexLines(text: string): readonly number[] {
  const lines = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.push(end + 1);
  return lines;
}

function toPlace(offset: number, lines: readonly number[]): TextPlace {
  const line = countUpTo(offset, lines);
  return { line, column: offset - (lines[line - 1] ?? 0) + 1 };
}

/** How many of them are not above a number; they rise. */
function countUpTo(limit: number, numbers: readonly number[]): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((numbers[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
