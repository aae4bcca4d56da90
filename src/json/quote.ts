/**
 * A text in quotes, on one line and in ASCII, with everything escaped that a terminal or a log could obey: who wrote it is
 * often a stranger.
 * @param longest characters; what is cut off shows as `…` after the quotes
 */
export function quote(text: string, longest: number): string {
  const shown = toAscii(JSON.stringify(text.slice(0, longest)));
  return text.length > longest ? `${shown}…` : shown;
}

/** What is not ASCII is escaped as in JSON, line breaks are kept: of a JSON document it is the same document. */
export function toAscii(text: string): string {
  return text.replace(/[^\n -~]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
