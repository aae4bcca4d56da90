import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNearest, measureDistance } from '../../src/base/edit-distance.ts';

test.each([
  ['', '', 0],
  ['role', 'role', 0],
  ['role', 'rule', 1],
  ['role', 'roles', 1],
  ['role', 'orle', 2],
  ['eks.amazon.com', 'eks.amazonaws.com', 3],
  ['eks', 'amazonaws', 4],
])('%j and %j are %i apart, and no more than one beyond a limit is counted', (left, right, distance) => {
  for (const limit of [0, 1, 2, 3]) {
    expect(measureDistance(left, right, limit)).toBe(Math.min(distance, limit + 1));
    expect(measureDistance(right, left, limit)).toBe(Math.min(distance, limit + 1));
  }
  expect(measureDistance(left, right)).toBe(Math.min(distance, 3));
});

test('any text with up to three letters taken out of it is that far away at most', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3, maxLength: 60 }), fc.integer({ min: 0, max: 3 }), (text, count) => {
      expect(measureDistance(text.slice(count), text, 3)).toBeLessThanOrEqual(count);
    }),
  );
});

test('the nearest of several names is found, case aside', () => {
  expect(findNearest('Role-ARM', ['audience', 'role-arns', 'role-arn'])).toBe('role-arn');
  expect(findNearest('compute-type', ['audience', 'role-arn'])).toBeUndefined();
});
