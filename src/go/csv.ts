/**
 * Reads the first record of a text as Go's `encoding/csv` does with its defaults: commas, fields optionally quoted by
 * `"` with `""` for a quote inside, empty lines passed over, the rest of the text ignored.
 * @returns the fields untrimmed; `[]` for a text without a record; undefined for a quoting error
 */
export function parseFirstCsvRecord(text: string): string[] | undefined {
  const record = text.replace(/^(?:\r?\n)+/, '');
  // A carriage return at the very end belongs to a line end that is not there.
  if (record === '' || record === '\r') return [];
  const fields: string[] = [];
  let at = 0;
  while (true) {
    const field = record[at] === '"' ? readQuoted(record, at + 1) : readBare(record, at);
    if (field === undefined) return undefined;
    fields.push(field.value);
    if (record[field.end] !== ',') return fields;
    at = field.end + 1;
  }
}

interface Field {
  readonly value: string;
  readonly end: number;
}

function readBare(record: string, start: number): Field | undefined {
  const length = record.slice(start).search(/,|\r?\n|\r?$/);
  const value = record.slice(start, start + length);
  // A quote inside a bare field is an error there (ErrBareQuote).
  return value.includes('"') ? undefined : { value, end: start + length };
}

function readQuoted(record: string, start: number): Field | undefined {
  let value = '';
  let at = start;
  while (true) {
    const quote = record.indexOf('"', at);
    if (quote === -1) return undefined;
    value += record.slice(at, quote);
    if (record[quote + 1] !== '"') {
      const after = record.slice(quote + 1);
      return /^(?:,|\r?\n|\r?$)/.test(after) ? { value: toGoNewlines(value), end: quote + 1 } : undefined;
    }
    value += '"';
    at = quote + 2;
  }
}

/** encoding/csv silently turns `\r\n` inside a quoted field into `\n`. */
function toGoNewlines(value: string): string {
  return value.replaceAll('\r\n', '\n');
}
