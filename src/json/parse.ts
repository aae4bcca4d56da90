/**
 * What is in a JSON text that decides nothing about trust; undefined where it is no JSON. The parser's own message would
 * quote the text.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
