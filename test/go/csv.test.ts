import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFirstCsvRecord } from '../../src/go/csv.ts';

// Every answer was given by encoding/csv of Go 1.26: [] where it finds no record, undefined for its quoting errors.
test.each<[text: string, fields: string[] | undefined]>([
  ['', []],
  ['\n\r\n', []],
  ['\r', []],
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['a, b ', ['a', ' b ']],
  [',', ['', '']],
  ['a,', ['a', '']],
  ['\n\r\na,b\nc', ['a', 'b']],
  [' \na', [' ']],
  ['a\r\n', ['a']],
  ['a\r', ['a']],
  ['a\rb', ['a\rb']],
  ['""', ['']],
  ['"a",b', ['a', 'b']],
  ['"a,b",c', ['a,b', 'c']],
  ['"a""b"', ['a"b']],
  ['"a\r\nb",c', ['a\nb', 'c']],
  ['"a"\r\nb', ['a']],
  ['a"b', undefined],
  ['a,b"', undefined],
  ['"a', undefined],
  ['"a"b', undefined],
  ['"a" ,b', undefined],
  ['"a"\rb', undefined],
  ['a\n"', ['a']],
])('%j is %j', (text, fields) => {
  expect(parseFirstCsvRecord(text)).toEqual(fields);
});

test('fields that are quoted come back as they were', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', 'é') });
  const record = fc.array(field, { minLength: 1 });
  fc.assert(
    fc.property(record, (fields) => {
      const text = fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
      expect(parseFirstCsvRecord(text)).toEqual(fields);
    }),
  );
});

test('any text is read without a throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', 'é', '\u2028') }),
      (text) => void parseFirstCsvRecord(text),
    ),
  );
});
