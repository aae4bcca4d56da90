import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGoBool, parseGoInt64, parseGoIntLiteral } from '../../src/go/strconv.ts';

// Every answer was given by strconv.ParseInt of Go 1.26; undefined stands for its error.
describe('an integer of an annotation, strconv.ParseInt(text, 10, 64)', () => {
  test.each([
    ['600', 600n],
    ['0700', 700n],
    ['+700', 700n],
    ['-0', 0n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
    ['', undefined],
    ['+', undefined],
    ['--1', undefined],
    [' 700', undefined],
    ['700 ', undefined],
    ['700\n', undefined],
    ['700.0', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['1_000', undefined],
    ['1h', undefined],
    ['٣٠٠', undefined],
  ])('%j is %s', (text, value) => {
    expect(parseGoInt64(text)).toBe(value);
  });

  test('every int64 comes back as it was written', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, (value) => {
        expect(parseGoInt64(`${value}`)).toBe(value);
      }),
    );
  });
});

describe('an integer of a flag, strconv.ParseInt(text, 0, 64)', () => {
  test.each([
    ['443', 443n],
    ['+443', 443n],
    ['-1', -1n],
    ['0', 0n],
    ['00', 0n],
    ['0x1f', 31n],
    ['0X1F', 31n],
    ['-0x8000000000000000', -9223372036854775808n],
    ['0xFFFFFFFFFFFFFFFF', undefined],
    ['0b101', 5n],
    ['0o17', 15n],
    ['017', 15n],
    ['0_7', 7n],
    ['1_000', 1000n],
    ['0x_f', 15n],
    ['0b_1', 1n],
    ['_1', undefined],
    ['1_', undefined],
    ['1__0', undefined],
    ['0x', undefined],
    ['0b2', undefined],
    ['ff', undefined],
    ['1e3', undefined],
    ['1.0', undefined],
    ['', undefined],
    // A leading zero makes it octal, so 8 and 9 are errors, and an underscore does not join up a prefix.
    ['08', undefined],
    ['0_8', undefined],
    ['0_b1', undefined],
    ['0_x1', undefined],
  ])('%j is %s', (text, value) => {
    expect(parseGoIntLiteral(text)).toBe(value);
  });
});

test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('%j is true', (text) => {
  expect(parseGoBool(text)).toBe(true);
});

test.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('%j is false', (text) => {
  expect(parseGoBool(text)).toBe(false);
});

test.each(['', 'yes', 'no', 'on', 'tRue', 'tRUE', '01', ' true', 'true ', 'constructor'])(
  '%j is no boolean',
  (text) => {
    expect(parseGoBool(text)).toBeUndefined();
  },
);
