/** JSON whose numbers keep their text: what JSON.parse makes of an int64 beyond 2^53 proves nothing about the text. */

interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

// lib es2024 does not know these parts of JSON yet; every Node that we run on has them.
const exactJson = JSON as unknown as ExactJson;

/** A number as the text says it; JSON.stringify writes it back as it came. */
export function toExactNumber(text: string): unknown {
  return exactJson.rawJSON(text);
}

/** Parses JSON with each number as its own text, so that JSON.stringify gives back what was read. */
export function parseExact(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? toExactNumber(source) : value,
  );
}

/** Writes a value to JSON text; a bigint becomes a number of that many digits. */
export function renderExact(value: unknown): string {
  return JSON.stringify(value, (_key, member) =>
    typeof member === 'bigint' ? toExactNumber(String(member)) : member,
  );
}
