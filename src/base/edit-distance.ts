/** Longer names are not compared: nobody's typing error is the reason there. */
const MAX_LENGTH = 512;

/** Of the known names, the one that is at most two insertions, deletions or replacements away, case aside; the nearest. */
export function findNearest(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const distance = measureDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein's distance, row by row; one more than `limit` for all that is further apart. */
export function measureDistance(left: string, right: string, limit = 2): number {
  if (Math.abs(left.length - right.length) > limit || left.length > MAX_LENGTH) return limit + 1;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) row = nextRow(row, left[i], { right, index: i });
  return Math.min(row[right.length] ?? limit + 1, limit + 1);
}

function nextRow(
  row: readonly number[],
  letter: string | undefined,
  { right, index }: { readonly right: string; readonly index: number },
): number[] {
  const next = [index + 1];
  for (let j = 0; j < right.length; j += 1) {
    const replaced = (row[j] ?? 0) + (right[j] === letter ? 0 : 1);
    next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
  }
  return next;
}
