/**
 * Percent-encoding as Signature Version 4 wants it: all but the unreserved characters of RFC 3986 section 2.3, with
 * upper-case digits.
 * Source: IAM User Guide, "Create a signed AWS API request", `UriEncode()`.
 */
export function encodeStrictly(text: string): string {
  // Most names and values are their own encoding, and to have that made is dear.
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @returns undefined where an escape is broken, or the bytes are no UTF-8 */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** One `name=value` of a query or a form, decoded. */
export type Parameter = readonly [name: string, value: string];

/** More parameters than any request has. */
export const MAX_PARAMETERS = 512;

/**
 * Reads a query string or a form (`application/x-www-form-urlencoded`): a plus sign is a space in both.
 * @returns undefined where it cannot be decoded, or there are more than {@link MAX_PARAMETERS}
 */
export function readParameters(text: string): Parameter[] | undefined {
  if (text === '') return [];
  const parts = text.split('&', MAX_PARAMETERS + 1);
  if (parts.length > MAX_PARAMETERS) return undefined;
  const parameters: Parameter[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const parameter = readParameter(part.replaceAll('+', ' '));
    if (parameter === undefined) return undefined;
    parameters.push(parameter);
  }
  return parameters;
}

function readParameter(part: string): Parameter | undefined {
  const equals = part.indexOf('=');
  const name = decodePercent(equals === -1 ? part : part.slice(0, equals));
  const value = decodePercent(equals === -1 ? '' : part.slice(equals + 1));
  return name === undefined || value === undefined ? undefined : [name, value];
}
