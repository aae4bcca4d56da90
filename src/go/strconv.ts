const MAX_INT64 = 9223372036854775807n;
const MIN_INT64 = -9223372036854775808n;

/**
 * Reads an integer as Go's `strconv.ParseInt(text, 10, 64)` does: an optional sign and decimal digits, nothing else.
 * Leading zeros are fine; spaces, fractions, exponents, underscores and values beyond int64 are not.
 * @returns the value, or undefined where Go returns an error
 */
export function parseGoInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]{1,64}$/.test(text)) return undefined;
  return boundToInt64(BigInt(text.startsWith('+') ? text.slice(1) : text));
}

// The integer literals of the Go specification; a leading zero alone makes a number octal.
const DECIMAL = /^(?:0|[1-9](?:_?[0-9])*)$/;
const OCTAL = /^0[oO]?((?:_?[0-7])+)$/;
const OTHER_RADIX = /^0(?:[xX](?:_?[0-9a-fA-F])+|[bB](?:_?[01])+)$/;

/**
 * Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` does, which is what pflag uses for int flags: beside
 * decimal also `0x`, `0o`, `0b`, a leading zero for octal, and single underscores between digits.
 */
export function parseGoIntLiteral(text: string): bigint | undefined {
  if (text.length > 80) return undefined;
  const negative = text.startsWith('-');
  const literal = toJavaScriptLiteral(text.replace(/^[+-]/, ''));
  if (literal === undefined) return undefined;
  const magnitude = BigInt(literal);
  return boundToInt64(negative ? -magnitude : magnitude);
}

function toJavaScriptLiteral(digits: string): string | undefined {
  const octal = OCTAL.exec(digits)?.[1];
  if (octal !== undefined) return `0o${octal.replaceAll('_', '')}`;
  return DECIMAL.test(digits) || OTHER_RADIX.test(digits) ? digits.replaceAll('_', '') : undefined;
}

function boundToInt64(value: bigint): bigint | undefined {
  return value > MAX_INT64 || value < MIN_INT64 ? undefined : value;
}

const TRUE_WORDS = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Reads a boolean as Go's `strconv.ParseBool` does; undefined where Go returns an error. */
export function parseGoBool(text: string): boolean | undefined {
  if (TRUE_WORDS.has(text)) return true;
  return FALSE_WORDS.has(text) ? false : undefined;
}
