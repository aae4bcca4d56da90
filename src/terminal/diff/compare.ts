/** A line of a comparison: in both texts, only in the old one, or only in the new one. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Compares two texts line by line by their longest common subsequence. Meant for texts of some hundred lines. */
export function compareLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const common = measureCommon(before, after);
  const lines: DiffLine[] = [];
  let left = 0;
  let right = 0;
  while (left < before.length || right < after.length) {
    const old = before[left];
    const fresh = after[right];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: 'same', text: old });
      left += 1;
      right += 1;
    } else if (old !== undefined && common(left + 1, right) >= common(left, right + 1)) {
      lines.push({ kind: 'removed', text: old });
      left += 1;
    } else {
      lines.push({ kind: 'added', text: fresh ?? '' });
      right += 1;
    }
  }
  return lines;
}

/** @returns how many lines the two texts have in common from there on; -1 beyond the end of one of them */
function measureCommon(
  before: readonly string[],
  after: readonly string[],
): (left: number, right: number) => number {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (left: number, right: number): number => lengths[left * width + right] ?? 0;
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      lengths[left * width + right] =
        before[left] === after[right]
          ? at(left + 1, right + 1) + 1
          : Math.max(at(left + 1, right), at(left, right + 1));
    }
  }
  return (left, right) => (left > before.length || right > after.length ? -1 : at(left, right));
}
