/** What a piece of text is. */
export type Style = 'title' | 'good' | 'bad' | 'quiet' | 'warning' | 'command';

/** How that looks is up to whoever writes it to a terminal. */
export type Paint = (style: Style, text: string) => string;

/** For files and pipes. */
export const PLAIN: Paint = (_, text) => text;
