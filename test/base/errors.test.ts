import { describe, expect, test } from 'vitest';
import { ConfigurationError, describeError, ExplainedError, toError } from '../../src/base/errors.ts';

describe('an error in words', () => {
  test.each<[what: string, error: unknown, words: string]>([
    ['its message', new Error('no route'), 'no route'],
    ['its name, where it has no message', new TypeError(), 'TypeError'],
    ['several lines as one', new Error(' no\n\troute '), 'no route'],
    ['at most 300 characters', new Error('x'.repeat(301)), `${'x'.repeat(299)}…`],
    [
      'its parts, where it has only those',
      new AggregateError([new Error('a'), new RangeError()]),
      'a, RangeError',
    ],
    [
      'its own message rather than its parts',
      new AggregateError([new Error('a')], 'all failed'),
      'all failed',
    ],
    [
      'all of what is explained, in one line',
      new ExplainedError(`${'x'.repeat(400)};\n do this`),
      `${'x'.repeat(400)}; do this`,
    ],
    ['all of a mistake of configuration', new ConfigurationError('y'.repeat(301)), 'y'.repeat(301)],
    ['what was thrown without being one', 'no', 'no'],
    ['nothing at all', undefined, 'undefined'],
  ])('%s', (_, error, words) => {
    expect(describeError(error)).toBe(words);
  });
});

test('whatever was thrown is an error, and one that is one stays itself', () => {
  const error = new RangeError('7');
  expect(toError(error)).toBe(error);
  expect(toError('no')).toEqual(new Error('no'));
});
