import { compareLines, type DiffLine } from './compare.ts';

export interface DiffNames {
  readonly before: string;
  readonly after: string;
}

/** A line of a unified diff, with what it is, so that a terminal can colour it. */
export interface UnifiedLine {
  readonly kind: 'file' | 'hunk' | DiffLine['kind'];
  readonly text: string;
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

/**
 * A unified diff as `diff -u` writes it; nothing where the texts are the same.
 * @param context how many unchanged lines are shown around a change
 */
export function renderUnifiedDiff(
  before: string,
  after: string,
  names: DiffNames,
  context = 3,
): UnifiedLine[] {
  const lines = compareLines(splitLines(before), splitLines(after));
  const hunks = findHunks(lines, context).flatMap((hunk) => renderHunk(lines, hunk));
  if (hunks.length === 0) return [];
  return [
    { kind: 'file', text: `--- ${names.before}` },
    { kind: 'file', text: `+++ ${names.after}` },
    ...hunks,
  ];
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

interface Hunk {
  readonly start: number;
  /** The first line after it. */
  readonly end: number;
}

/** Stretches around changes; two that touch become one. */
function findHunks(lines: readonly DiffLine[], context: number): Hunk[] {
  const hunks: Hunk[] = [];
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    const start = Math.max(0, index - context);
    const end = Math.min(lines.length, index + context + 1);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) hunks[hunks.length - 1] = { start: last.start, end };
    else hunks.push({ start, end });
  }
  return hunks;
}

function renderHunk(lines: readonly DiffLine[], { start, end }: Hunk): UnifiedLine[] {
  const above = lines.slice(0, start);
  const within = lines.slice(start, end);
  const old = toRange(above, within, 'added');
  const fresh = toRange(above, within, 'removed');
  const body = within.map(({ kind, text }): UnifiedLine => ({ kind, text: `${SIGNS[kind]}${text}` }));
  return [{ kind: 'hunk', text: `@@ -${old} +${fresh} @@` }, ...body];
}

/** `line,count` in the text that lacks the lines of one kind. */
function toRange(above: readonly DiffLine[], within: readonly DiffLine[], without: DiffLine['kind']): string {
  const count = (lines: readonly DiffLine[]) => lines.filter(({ kind }) => kind !== without).length;
  const length = count(within);
  // `diff` names the line before where there is none in the hunk.
  const line = count(above) + (length === 0 ? 0 : 1);
  return length === 1 ? String(line) : `${line},${length}`;
}
