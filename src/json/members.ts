import { toPointerStep } from './pointer.ts';
import { findStringEnd } from './structure.ts';

/** What a look at the text of a JSON document shows that its parsed value does not. */
export interface MemberScan {
  /** JSON Pointers (RFC 6901) of members whose name their object already had; the document's order. */
  readonly duplicates: readonly string[];
  /** Objects and arrays lie within each other deeper than allowed; nothing else was looked at then. */
  readonly tooDeep: boolean;
}

/** An object or array that is open at some place of the text. */
interface OpenValue {
  /** Names so far; undefined in an array. */
  readonly names: Set<string> | undefined;
  /** The member or element that is being read. */
  at: string | number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Finds members that are there twice, which `JSON.parse` hides by keeping the last (RFC 8259 section 4 leaves the outcome
 * open, and two readers that choose differently are an attack). Right for valid JSON; for anything else it ends, too,
 * and what it says means nothing.
 */
export function scanMembers(text: string, maxDepth: number): MemberScan {
  const scanner = new Scanner(text, maxDepth);
  scanner.scan();
  return { duplicates: scanner.duplicates, tooDeep: scanner.tooDeep };
}

class Scanner {
  readonly duplicates: string[] = [];
  tooDeep = false;
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #opened: OpenValue[] = [];
  #top: OpenValue | undefined;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  scan(): void {
    for (let index = 0; index < this.#text.length && !this.tooDeep; index += 1) {
      index = this.#take(index, this.#text.charCodeAt(index));
    }
  }

  /** @returns the index of the last character that it took */
  #take(index: number, code: number): number {
    if (code === QUOTE) return this.#takeString(index);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#open(code === OPEN_BRACE);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) this.#close();
    else if (code === COMMA && typeof this.#top?.at === 'number') this.#top.at += 1;
    return index;
  }

  #open(isObject: boolean): void {
    this.#top = { names: isObject ? new Set() : undefined, at: 0 };
    this.tooDeep = this.#opened.push(this.#top) > this.#maxDepth;
  }

  #close(): void {
    this.#opened.pop();
    this.#top = this.#opened.at(-1);
  }

  #takeString(start: number): number {
    const end = findStringEnd(this.#text, start + 1);
    if (this.#top?.names !== undefined && isMemberName(this.#text, end + 1)) {
      this.#note(this.#top, this.#top.names, this.#text.slice(start, end + 1));
    }
    return end;
  }

  #note(top: OpenValue, names: Set<string>, literal: string): void {
    const name = literal.includes('\\') ? unescapeName(literal) : literal.slice(1, -1);
    top.at = name;
    if (names.has(name)) this.duplicates.push(toPointer(this.#opened));
    names.add(name);
  }
}

function isMemberName(text: string, index: number): boolean {
  let next = index;
  while (isBlank(text.charCodeAt(next))) next += 1;
  return text.charCodeAt(next) === COLON;
}

/** Space, tab, line feed, carriage return: all the white space that JSON knows. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** `"\u0061"` is the name `a`: an escape must not hide that it is there twice. */
function unescapeName(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

function toPointer(opened: readonly OpenValue[]): string {
  return opened.map(({ at }) => toPointerStep(at)).join('');
}
