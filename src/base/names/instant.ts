/** The least that a text has to say: the day of an instant without its time is UTC's midnight. */
export type Precision = 'year' | 'minute' | 'second';

const DATE = /^\d{4}(?:-\d\d(?:-\d\d)?)?$/;
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d(:[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads an instant as RFC 3339 writes it, with its zone, since no two machines agree on a local time. What is finer than a
 * millisecond is cut off. A day that no calendar has is refused, which `Date.parse` takes for one of the next month. So is
 * a leap second (`23:59:60`): the seconds since 1970, in which tokens and AWS count, have no number for it.
 * @param precision less than the second is the W3C's profile of ISO 8601 (NOTE-datetime)
 * @returns ms since the epoch; undefined where it is none
 */
export function parseInstant(text: string, precision: Precision = 'second'): number | undefined {
  const dateTime = DATE_TIME.exec(text);
  if (dateTime === null) return precision === 'year' ? parseDate(text) : undefined;
  const [, date = '', seconds] = dateTime;
  if (parseDate(date) === undefined || (precision === 'second' && seconds === undefined)) return undefined;
  return Date.parse(text);
}

function parseDate(text: string): number | undefined {
  const time = DATE.test(text) ? Date.parse(text) : Number.NaN;
  // A day that the month does not have comes back as another.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? time : undefined;
}
