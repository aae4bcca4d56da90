/** ISO 8601's basic format, UTC: `20230428T000000Z`. @returns ms since epoch, or undefined where there is no such second */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `Date.parse` takes the 31st of April for the 1st of May.
  return Number.isNaN(time) || renderTimestamp(time) !== text ? undefined : time;
}

/** @param time ms since epoch */
export function renderTimestamp(time: number): string {
  return new Date(time)
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
}

/**
 * HTTP's date: `Fri, 28 Apr 2023 00:00:00 GMT` (RFC 9110 section 5.6.7, the preferred form only).
 * @returns ms since epoch, or undefined
 */
export function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) || new Date(time).toUTCString() !== text ? undefined : time;
}
