import type { Paint, Style } from '../../terminal/paint.ts';
import { wrapText } from '../../terminal/wrap.ts';

/** How a terminal wants its text. */
export interface Layout {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
}

export const INDENT = '   ';

/** Below a line that is a heading of its own. */
export const DEEPER = `${INDENT}  `;

/** A sentence in as many lines as it takes. */
export function renderSentence(
  text: string,
  style: Style | undefined,
  { paint, width }: Layout,
  indent: string = INDENT,
): string[] {
  const lines = wrapText(text, width - indent.length);
  return lines.map((line) => indent + (style === undefined ? line : paint(style, line)));
}
