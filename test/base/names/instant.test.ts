import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Precision, parseInstant } from '../../../src/base/names/instant.ts';

const toIso = (text: string, precision?: Precision): string | undefined => {
  const time = parseInstant(text, precision);
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe('an instant', () => {
  test.each<[string, string, Precision?]>([
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.5Z', '2026-01-31T09:00:00.500Z'],
    ['2026-01-31T09:00:00.123999999Z', '2026-01-31T09:00:00.123Z'],
    ['2026-01-31T10:00:00+01:00', '2026-01-31T09:00:00.000Z'],
    ['2026-02-01T00:30:00+23:59', '2026-01-31T00:31:00.000Z'],
    ['2026-01-31T09:00:00-00:00', '2026-01-31T09:00:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    ['2026-01-31T09:00Z', '2026-01-31T09:00:00.000Z', 'minute'],
    ['2026-01-31T09:00+01:00', '2026-01-31T08:00:00.000Z', 'year'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z', 'year'],
    ['2026-01', '2026-01-01T00:00:00.000Z', 'year'],
    ['2026', '2026-01-01T00:00:00.000Z', 'year'],
  ])('%s is %s', (text, time, precision) => {
    expect(toIso(text, precision)).toBe(time);
  });

  test.each<[string, Precision?]>([
    [''],
    ['2026-02-30T09:00:00Z'],
    ['2026-02-29T09:00:00Z'],
    ['1900-02-29T00:00:00Z'],
    ['2026-04-31T09:00:00+02:00'],
    ['2026-01-32T09:00:00Z'],
    ['2026-13-01T09:00:00Z'],
    ['2026-00-01T09:00:00Z'],
    ['2026-01-00T09:00:00Z'],
    ['2026-01-31T24:00:00Z'],
    ['2026-01-31T09:60:00Z'],
    ['2026-12-31T23:59:60Z'],
    ['2026-01-31T09:00:00+24:00'],
    ['2026-01-31T09:00:00+01:60'],
    ['2026-01-31T09:00:00+0100'],
    ['2026-01-31T09:00:00+01'],
    ['2026-01-31T09:00:00'],
    ['2026-01-31T09:00:00.Z'],
    ['2026-01-31T09:00:00.1234567891Z'],
    ['2026-01-31T09:00:00,5Z'],
    ['2026-01-31 09:00:00Z'],
    ['2026-01-31t09:00:00z'],
    [' 2026-01-31T09:00:00Z'],
    ['2026-01-31T09:00:00Z\n'],
    ['02026-01-31T09:00:00Z'],
    ['+02026-01-31T09:00:00Z'],
    ['2026-1-31T09:00:00Z'],
    ['31 Jan 2026 09:00:00 GMT'],
    ['1790856000'],
    ['2026-01-31T09:00Z'],
    ['2026-01-31'],
    ['2026-01-31', 'minute'],
    ['2026-02-30T09:00Z', 'minute'],
    ['2026-02-30', 'year'],
    ['2023-02-29', 'year'],
    ['2026-13', 'year'],
    ['2026-00', 'year'],
    ['2026-01-31T09Z', 'year'],
    ['2026-01-31Z', 'year'],
    ['20260131', 'year'],
    ['26', 'year'],
  ])('%j is none, precision %s', (text, precision) => {
    expect(parseInstant(text, precision)).toBeUndefined();
  });
});

test('what is written by toISOString is read back, in any zone', () => {
  const times = fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9998-12-31') });
  fc.assert(
    fc.property(times, fc.integer({ min: -1439, max: 1439 }), (time, minutes) => {
      expect(parseInstant(new Date(time).toISOString())).toBe(time);
      const local = new Date(time + minutes * 60_000).toISOString().slice(0, -1);
      const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
      const zone = `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
      expect(parseInstant(`${local}${zone}`)).toBe(time);
    }),
    { numRuns: 300 },
  );
});

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

test('a day is taken where the calendar has it, and comes back as itself', () => {
  const digits = (max: number): fc.Arbitrary<string> =>
    fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
  const years = fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, '0'));
  fc.assert(
    fc.property(years, digits(13), digits(32), (year, month, day) => {
      const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
      const length = (LENGTHS[Number(month) - 1] ?? 0) + (month === '02' && isLeap ? 1 : 0);
      const exists = Number(day) >= 1 && Number(day) <= length;
      const date = `${year}-${month}-${day}`;
      expect(toIso(`${date}T12:00:00Z`)).toBe(exists ? `${date}T12:00:00.000Z` : undefined);
      expect(toIso(date, 'year')).toBe(exists ? `${date}T00:00:00.000Z` : undefined);
    }),
    { numRuns: 1_000 },
  );
});
