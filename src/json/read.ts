import { scanMembers } from './members.ts';
import { countMembers, countStructure } from './structure.ts';

/** What became of a JSON text. */
export type JsonReading =
  | {
      readonly kind: 'read';
      /** What `JSON.parse` makes of it: of members that are there twice, the last. */
      readonly value: unknown;
      /** JSON Pointers of members that are there twice. Whoever decides trust by the document refuses these. */
      readonly duplicates: readonly string[];
    }
  | {
      readonly kind: 'malformed';
      /** One line, without any of the text in it: it may be a secret. */
      readonly problem: string;
    };

/** Deeper than any document that this program reads for a decision. */
const MAX_DEPTH = 32;

/**
 * Reads a JSON text that decides about trust: bounded in depth before a parser sees it, and with an eye on members that
 * are there twice. The caller bounds its length.
 */
export function readJson(text: string, maxDepth: number = MAX_DEPTH): JsonReading {
  const { members, depth } = countStructure(text, maxDepth);
  if (depth > maxDepth) return { kind: 'malformed', problem: `it nests deeper than ${maxDepth} levels` };
  try {
    const value: unknown = JSON.parse(text);
    // As many members in the value as in the text: none was there twice, and names need not be compared.
    const isWhole = countMembers(value) === members;
    return { kind: 'read', value, duplicates: isWhole ? [] : scanMembers(text, maxDepth).duplicates };
  } catch (error) {
    return { kind: 'malformed', problem: describeSyntaxError(error, text) };
  }
}

/** V8's message quotes the text; only the place is taken from it. */
function describeSyntaxError(error: unknown, text: string): string {
  if (text.trim() === '') return 'it is empty';
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return 'it is not JSON';
  const before = text.slice(0, Number(position)).split('\n');
  return `it is not JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
