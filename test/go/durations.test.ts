import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGoDuration, renderGoDuration } from '../../src/go/durations.ts';

// Every answer was given by time.ParseDuration of Go 1.26, here in milliseconds; undefined stands for its error.
describe('reading a duration', () => {
  test.each([
    ['0', 0],
    ['+0', 0],
    ['0s', 0],
    ['300ms', 300],
    ['60s', 60_000],
    ['1.5h', 5_400_000],
    ['2h45m', 9_900_000],
    ['1h1h', 7_200_000],
    ['-1.5h', -5_400_000],
    ['.5s', 500],
    ['5.s', 5_000],
    ['1us', 0.001],
    ['1\u00b5s', 0.001],
    ['1\u03bcs', 0.001],
    ['100ns', 0.0001],
    ['', undefined],
    ['1', undefined],
    ['-', undefined],
    ['.', undefined],
    ['.s', undefined],
    ['s', undefined],
    ['+-1s', undefined],
    ['1d', undefined],
    ['1h 2m', undefined],
    [' 1s', undefined],
    ['1e3s', undefined],
    ['1.2.3s', undefined],
    ['3000000h', undefined],
    ['100000000000000000000ns', undefined],
  ])('%j is %s ms', (text, milliseconds) => {
    const read = parseGoDuration(text);
    if (milliseconds === undefined) expect(read).toBeUndefined();
    else expect(read).toBeCloseTo(milliseconds, 9);
  });
});

describe('writing a duration', () => {
  test.each([
    [0, '0s'],
    [100, '100ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [60_000, '1m0s'],
    [61_500, '1m1.5s'],
    [3_600_000, '1h0m0s'],
    [90_061_000, '25h1m1s'],
  ])('%i ms is %s', (milliseconds, text) => {
    expect(renderGoDuration(milliseconds)).toBe(text);
  });

  test('what was written is read back as it was', () => {
    const whole = fc.nat(10_000_000_000);
    fc.assert(
      fc.property(whole, (milliseconds) => {
        expect(parseGoDuration(renderGoDuration(milliseconds))).toBeCloseTo(milliseconds, 6);
      }),
    );
  });
});
