/** Enough to recognise a key or a member by. */
const SHORT_LENGTH = 64;
/** Enough to recognise a value by; a claim may be as long as a token. */
const VALUE_LENGTH = 100;
/** The longest URL that an OIDC provider can have at AWS; whatever is longer was never one. */
const PLAIN_LENGTH = 255;
const MOST_LISTED = 5;

/**
 * A text in quotes, on one line and in ASCII, with everything escaped that a terminal or a log could obey: who wrote it is
 * often a stranger.
 * @param longest characters; what is cut off shows as `…` after the quotes
 */
export function quote(text: string, longest: number): string {
  const shown = toAscii(JSON.stringify(text.slice(0, longest)));
  return text.length > longest ? `${shown}…` : shown;
}

/** What somebody else's document calls a thing, such as a key id, a member or a place. */
export function quoteShort(text: string): string {
  return quote(text, SHORT_LENGTH);
}

/**
 * A value of a JSON document as text that is safe to print: clipped, one line, ASCII only. Whoever makes a token chooses its
 * values, and a terminal or a log must not obey them.
 */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return quoteLong(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
}

function quoteLong(text: string): string {
  const more = text.length > VALUE_LENGTH ? ` (${text.length} characters)` : '';
  return `${quote(text, VALUE_LENGTH)}${more}`;
}

/** Several values, in the order that they have. */
export function quoteValues(values: readonly unknown[]): string {
  const shown = values.slice(0, MOST_LISTED).map(quoteValue).join(', ');
  return values.length > MOST_LISTED ? `${shown} and ${values.length - MOST_LISTED} more` : shown;
}

/** A text as it is where it is plain ASCII of a sensible length; for messages whose form is not ours to choose. */
export function toPlainText(text: string): string {
  return text.slice(0, PLAIN_LENGTH).replace(/[^ -~]/g, '?');
}

/** What is not ASCII is escaped as in JSON, line breaks are kept: of a JSON document it is the same document. */
export function toAscii(text: string): string {
  return text.replace(/[^\n -~]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
