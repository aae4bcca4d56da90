import { expect, test } from 'vitest';
import { parseGoBool } from '../../src/go/booleans.ts';

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
