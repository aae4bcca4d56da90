import { Lexer } from 'yaml';

/** A character that opens a bracket or closes it; the lexer gives each by itself, and texts never so. */
const DEPTHS: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);

/** The most that real entries have in 128 KiB, the shortest of them; each takes the parser some microseconds. */
export const MOST_LEXEMES = 50_000;
const DEEPEST = 100;

/**
 * What makes a text too much for the whole parser of YAML, which takes seconds for some of 128 KiB that say nothing. The
 * lexer goes through a text once, and no further than this.
 * @returns undefined where it is not too much
 */
export function findExcess(text: string): string | undefined {
  let count = 0;
  let depth = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    depth += DEPTHS.get(lexeme) ?? 0;
    if (depth > DEEPEST) return `with brackets ${DEEPEST} deep`;
    if (count > MOST_LEXEMES) return `with more than ${MOST_LEXEMES} words, marks and blanks`;
  }
  return undefined;
}
