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

/** What is declared, and of which the last byte never comes. */
export const LARGE = 7 * 1024 * 1024;
export const SMALL = 250_000;
