import { describe, expect, test } from 'vitest';
import { readTokenReview } from '../../src/authenticator/review.ts';

const REVIEW = {
  apiVersion: 'authentication.k8s.io/v1beta1',
  kind: 'TokenReview',
  metadata: { creationTimestamp: null },
  spec: { token: 'a token', audiences: ['a', 'b'] },
  status: { user: {} },
};

const read = (review: unknown) =>
  readTokenReview(Buffer.from(typeof review === 'string' ? review : JSON.stringify(review)));

test('a review is read', () => {
  expect(read(REVIEW)).toEqual({
    kind: 'review',
    apiVersion: 'authentication.k8s.io/v1beta1',
    token: 'a token',
    audiences: ['a', 'b'],
  });
});

test.each([
  ['nothing but a token', { spec: { token: 'a' } }],
  ['members that nobody knows', { ...REVIEW, other: 1, spec: { token: 'a', other: {} } }],
  [
    'nothing where nothing is needed',
    { ...REVIEW, metadata: null, status: null, spec: { token: 'a', audiences: null } },
  ],
  ['annotations that differ by case', { ...REVIEW, metadata: { annotations: { a: '1', A: '2' } } }],
  ['an empty token', { spec: { token: '' } }],
])('%s is enough', (_, review) => {
  expect(read(review)).toMatchObject({ kind: 'review' });
});

describe('what is no TokenReview can still be answered', () => {
  const { spec, ...rest } = REVIEW;
  test.each([
    ['another version', { ...REVIEW, apiVersion: 'authentication.k8s.io/v2' }],
    ['another group', { ...REVIEW, apiVersion: 'authorization.k8s.io/v1' }],
    ['a version that is a number', { ...REVIEW, apiVersion: 1 }],
    ['a version that is null', { ...REVIEW, apiVersion: null }],
    ['another kind', { ...REVIEW, kind: 'SubjectAccessReview' }],
    ['a kind in lower case', { ...REVIEW, kind: 'tokenreview' }],
    ['metadata that is a list', { ...REVIEW, metadata: [] }],
    ['a status that is a text', { ...REVIEW, status: 'a' }],
    ['no spec', rest],
    ['a spec that is null', { ...REVIEW, spec: null }],
    ['a spec that is a list', { ...REVIEW, spec: [spec] }],
    ['no token', { ...REVIEW, spec: {} }],
    ['a token that is a number', { ...REVIEW, spec: { token: 1 } }],
    ['a token that is a list', { ...REVIEW, spec: { token: ['a'] } }],
    ['a token of another case', { ...REVIEW, spec: { Token: 'a' } }],
    ['a spec of another case', { ...rest, Spec: spec }],
    ['a token twice', '{"spec":{"token":"a","token":"b"}}'],
    ['a token twice, escaped', '{"spec":{"token":"a","\\u0074oken":"b"}}'],
    ['a token in two cases', { ...REVIEW, spec: { token: 'a', Token: 'b' } }],
    ['a token and one with the Kelvin sign', { ...REVIEW, spec: { token: 'a', 'to\u212aen': 'b' } }],
    ['a spec and one with the long s', { ...REVIEW, '\u017fpec': { token: 'b' } }],
    ['a spec in two cases', { ...REVIEW, SPEC: spec }],
    ['a kind of another case alone', { ...REVIEW, kind: undefined, KIND: 'TokenReview' }],
    ['audiences of another case', { ...REVIEW, spec: { token: 'a', Audiences: ['b'] } }],
    ['a kind in two cases', { ...REVIEW, Kind: 'TokenReview' }],
    ['a status in which a member is there in two cases', { ...REVIEW, status: { error: '', Error: '' } }],
    ['audiences that are a text', { ...REVIEW, spec: { token: 'a', audiences: 'a' } }],
    ['audiences of numbers', { ...REVIEW, spec: { token: 'a', audiences: [1] } }],
    ['a token that belongs to a prototype', '{"spec":{"__proto__":{"token":"a"}}}'],
  ])('%s', (_, review) => {
    const reading = read(review);
    expect(reading.kind).toBe('malformed');
    expect(JSON.stringify(reading)).not.toContain('a token');
  });

  test.each(['v1', 'v1beta1'] as const)('in the version that was asked: %s', (version) => {
    const apiVersion = `authentication.k8s.io/${version}`;
    expect(read({ ...REVIEW, apiVersion, spec: {} })).toMatchObject({ apiVersion });
  });

  test('in v1 where none was asked, or one that there is not', () => {
    const apiVersion = 'authentication.k8s.io/v1';
    expect(read({ spec: {} })).toMatchObject({ apiVersion });
    expect(read({ ...REVIEW, apiVersion: 'a' })).toMatchObject({ apiVersion });
  });
});

test.each([
  ['nothing', ''],
  ['a text', 'token'],
  ['a JSON text', '"token"'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a number', '1'],
  ['something behind it', `${JSON.stringify(REVIEW)}{}`],
  ['something before it', `\ufeff${JSON.stringify(REVIEW)}`],
  ['a depth without an end', `{"spec":${'['.repeat(5_000)}`],
  ['half of it', JSON.stringify(REVIEW).slice(0, 50)],
  ['XML', '<a/>'],
])('%s cannot be read', (_, text) => {
  expect(read(text)).toMatchObject({ kind: 'unreadable' });
});
