import { type StructuredPatchHunk, structuredPatch } from 'diff';

export interface DiffNames {
  readonly before: string;
  readonly after: string;
}

/** A line of a unified diff, with what it is, so that a terminal can colour it. */
export interface UnifiedLine {
  readonly kind: 'file' | 'hunk' | 'same' | 'removed' | 'added';
  readonly text: string;
}

/**
 * A unified diff as `diff -u` writes it; nothing where the texts are the same. Whether the last line ends does not count.
 * @param context how many unchanged lines are shown around a change
 */
export function renderUnifiedDiff(
  before: string,
  after: string,
  names: DiffNames,
  context = 3,
): UnifiedLine[] {
  const texts = [endLine(before), endLine(after)] as const;
  const { hunks } = structuredPatch(names.before, names.after, ...texts, undefined, undefined, { context });
  if (hunks.length === 0) return [];
  return [
    { kind: 'file', text: `--- ${names.before}` },
    { kind: 'file', text: `+++ ${names.after}` },
    ...hunks.flatMap(renderHunk),
  ];
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function renderHunk({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): UnifiedLine[] {
  const head = `@@ -${toRange(oldStart, oldLines)} +${toRange(newStart, newLines)} @@`;
  return [{ kind: 'hunk', text: head }, ...lines.map((text) => ({ kind: toKind(text), text }))];
}

/** `line,count`; `diff` names the line before where there is none in the hunk. */
function toRange(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}

function toKind(line: string): UnifiedLine['kind'] {
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
