import { parseInstant } from '../../base/names/instant.ts';
import type { Relation } from '../policy/operator.ts';

/** Numbers: decimal text, a fraction perhaps. What is no number matches nothing. */
export function matchNumber(expected: string, actual: string, relation: Relation): boolean {
  return holds(parseNumber(actual), relation, parseNumber(expected));
}

/** Dates: ISO 8601 as the W3C profile has it, or seconds since the epoch. What is no date matches nothing. */
export function matchDate(expected: string, actual: string, relation: Relation): boolean {
  return holds(parseDate(actual), relation, parseDate(expected));
}

function parseNumber(text: string): number {
  return /^[+-]?[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text) ? Number(text) : Number.NaN;
}

/** ms since the epoch; NaN for what is no date. */
function parseDate(text: string): number {
  // Four digits are a year; five and more are seconds since the epoch.
  if (/^[0-9]{5,12}$/.test(text)) return Number(text) * 1_000;
  return parseInstant(text, 'year') ?? Number.NaN;
}

/** NaN stands in no relation to anything, `=` included. */
function holds(actual: number, relation: Relation, expected: number): boolean {
  switch (relation) {
    case '=':
      return actual === expected;
    case '<':
      return actual < expected;
    case '<=':
      return actual <= expected;
    case '>':
      return actual > expected;
    case '>=':
      return actual >= expected;
  }
}
