import { styleText } from 'node:util';

/** What a piece of text is; how that looks is decided here alone. */
export type Style = 'title' | 'good' | 'bad' | 'quiet' | 'command' | 'warning' | 'hunk';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** For files and pipes. */
export const PLAIN: Paint = (_, text) => text;

const FORMATS = {
  title: 'bold',
  good: 'green',
  bad: 'red',
  quiet: 'dim',
  command: 'cyan',
  warning: 'yellow',
  hunk: 'magenta',
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

/** Colours for what goes to `stream`: none where it is no terminal; NO_COLOR and FORCE_COLOR have the last word. */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(FORMATS[style], text, { stream, validateStream: true });
}
