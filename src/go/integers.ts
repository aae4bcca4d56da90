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

/**
 * Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` does, which is what pflag uses for int flags: beside
 * decimal also `0x`, `0o`, `0b`, a leading zero for octal, and single underscores between digits.
 */
export function parseGoIntLiteral(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX]|0[oO]|0[bB]|0(?=_?[0-7]))?(_?[0-9a-fA-F](?:_?[0-9a-fA-F])*)$/.exec(text);
  if (match === null || text.length > 80) return undefined;
  const [, sign, prefix = '', digits = ''] = match;
  if (prefix === '' && digits.startsWith('_')) return undefined;
  // Go allows underscores only where a base prefix stands; `1_000` in base 0 is fine, too: the literal syntax.
  const radix = { '': '', '0': '0o', '0x': '0x', '0o': '0o', '0b': '0b' }[prefix.toLowerCase()];
  try {
    const magnitude = BigInt(radix + digits.replaceAll('_', ''));
    return boundToInt64(sign === '-' ? -magnitude : magnitude);
  } catch {
    return undefined;
  }
}

function boundToInt64(value: bigint): bigint | undefined {
  return value > MAX_INT64 || value < MIN_INT64 ? undefined : value;
}
