const DECIMAL = /^[0-9]+$/;

/**
 * Orders two resourceVersions as numbers of any size (KEP-5504: they are decimal and comparable within a
 * resource).
 * @returns undefined where one of them is not a plain decimal, such as '' before the first list
 */
export function compareResourceVersions(a: string, b: string): -1 | 0 | 1 | undefined {
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  const left = dropLeadingZeros(a);
  const right = dropLeadingZeros(b);
  if (left === right) return 0;
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : 1;
}

function dropLeadingZeros(digits: string): string {
  let first = 0;
  while (first < digits.length - 1 && digits.charCodeAt(first) === 0x30) first += 1;
  return first === 0 ? digits : digits.slice(first);
}
