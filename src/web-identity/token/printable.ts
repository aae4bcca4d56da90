import { quote } from '../../json/quote.ts';

/** Enough to recognise a value by; a claim may be as long as a token. */
const MAX_LENGTH = 100;

/**
 * A value out of a token as text that is safe to print: clipped, one line, ASCII only. Whoever makes a token chooses its
 * values, and a terminal or a log must not obey them.
 */
export function toPrintable(value: unknown): string {
  if (typeof value === 'string') return quoteLong(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
}

/** Several values, in the order that they have. */
export function toPrintableList(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_LISTED).map(toPrintable).join(', ');
  return values.length > MAX_LISTED ? `${shown} and ${values.length - MAX_LISTED} more` : shown;
}

const MAX_LISTED = 5;

/** The longest URL that an OIDC provider can have at AWS; whatever is longer was never one. */
const MAX_PLAIN_LENGTH = 255;

/** A text as it is where it is plain ASCII of a sensible length; for messages whose form is not ours to choose. */
export function toPlainText(value: string): string {
  return value.slice(0, MAX_PLAIN_LENGTH).replace(/[^ -~]/g, '?');
}

function quoteLong(text: string): string {
  const more = text.length > MAX_LENGTH ? ` (${text.length} characters)` : '';
  return `${quote(text, MAX_LENGTH)}${more}`;
}
