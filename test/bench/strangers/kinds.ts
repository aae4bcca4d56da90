/** What five hundred connections of a stranger do. */
export const KINDS = [
  'large bodies',
  'small bodies',
  'a byte a second',
  'idle after the handshake',
  'idle after a request',
  'no handshake',
  'header dribble',
] as const;
export type Kind = (typeof KINDS)[number];

/** Bytes that are declared, and of which the last never comes. */
export const LARGE = 7 * 1024 * 1024;
export const SMALL = 250_000;
