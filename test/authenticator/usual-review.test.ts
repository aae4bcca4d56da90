import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTokenReview } from '../../src/authenticator/review.ts';
import { readUsualReview } from '../../src/authenticator/usual-review.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300);

/** As Go's encoder writes it in kube-apiserver 1.36 (`{}`) and 1.33. */
function toText(token: string, { version = 'v1', metadata = '{}', audiences = '' } = {}): string {
  return `{"kind":"TokenReview","apiVersion":"authentication.k8s.io/${version}","metadata":${metadata},"spec":{"token":"${token}"${audiences}},"status":{"user":{}}}\n`;
}

const read = (text: string) => readUsualReview(Buffer.from(text));

/** A blank behind it makes another text of it, which is read as JSON. */
const readAsJson = (text: string) => readTokenReview(Buffer.from(`${text} `));

const AUDIENCES = ',"audiences":["https://kubernetes.default.svc.cluster.local","b c"]';

test.each(['v1', 'v1beta1'])('what kube-apiserver writes is read: %s', (version) => {
  for (const metadata of ['{}', '{"creationTimestamp":null}']) {
    const text = toText('k8s-aws-v1.aHR0', { version, metadata, audiences: AUDIENCES });
    const review = {
      kind: 'review',
      apiVersion: `authentication.k8s.io/${version}`,
      token: 'k8s-aws-v1.aHR0',
      audiences: ['https://kubernetes.default.svc.cluster.local', 'b c'],
    };
    expect(read(text)).toEqual(review);
    expect(readAsJson(text)).toEqual(review);
    expect(read(toText('', { version, metadata }).trimEnd())).toEqual({
      ...review,
      token: '',
      audiences: [],
    });
  }
});

test.each([
  ['an escape in the token', toText('a\\u003cb')],
  ['an escaped quote in the token', toText('a\\",\\"b')],
  ['a token twice', toText('a","token":"b')],
  ['a token in two cases', toText('a","Token":"b')],
  ['a character that is no ASCII', toText('ä')],
  ['a byte that is no UTF-8', Buffer.from(toText('a\xff'), 'latin1').toString('latin1')],
  ['a control character', toText('a\u0001')],
  ['a line break in the token', toText('a\nb')],
  ['audiences twice', toText('a', { audiences: `${AUDIENCES}${AUDIENCES}` })],
  ['an audience that is a number', toText('a', { audiences: ',"audiences":["a",1]' })],
  ['an audience with a control character', toText('a', { audiences: ',"audiences":["a\t"]' })],
  ['another member of the spec', toText('a', { audiences: ',"other":["a"]' })],
  ['another version', toText('a', { version: 'v1alpha1' })],
  ['other metadata', toText('a', { metadata: '{"name":"a"}' })],
  ['something behind it', `${toText('a')}{}`],
  ['something before it', ` ${toText('a')}`],
  ['half of it', toText('a').slice(0, 100)],
  ['nothing', ''],
])('%s is left to the reader of any JSON', (_, text) => {
  expect(read(text)).toBeUndefined();
});

test('whatever is read is read as the reader of any JSON reads it', () => {
  const piece = fc.constantFrom(
    '"',
    '\\',
    ',',
    '{',
    '}',
    '[',
    ']',
    ':',
    'token',
    'audiences',
    '\n',
    'ä',
    '\u0000',
  );
  const mutation = fc.record({ at: fc.nat(300), cut: fc.nat(3), put: fc.oneof(piece, fc.string()) });
  const text = fc.record({
    token: fc.string(),
    metadata: fc.constantFrom('{}', '{"creationTimestamp":null}'),
    version: fc.constantFrom('v1', 'v1beta1'),
    audiences: fc.constantFrom('', AUDIENCES),
  });
  let usual = 0;
  fc.assert(
    fc.property(text, fc.array(mutation, { maxLength: 2 }), ({ token, ...rest }, mutations) => {
      const mutated = mutations.reduce(
        (whole, { at, cut, put }) => `${whole.slice(0, at)}${put}${whole.slice(at + cut)}`,
        toText(token, rest),
      );
      const reading = read(mutated);
      if (reading === undefined) return;
      usual += 1;
      expect(reading).toEqual(readAsJson(mutated));
    }),
    { numRuns },
  );
  expect(usual).toBeGreaterThan(numRuns / 10);
});
