import { describe, expect, test } from 'vitest';
import { readReview } from '../../src/admission/review.ts';

const UID = '0b5f2c1e-6f0d-4a6c-9d43-1f2a77aa0c55';

const read = (text: string) => readReview(Buffer.from(text));

function review(request: object, apiVersion = 'admission.k8s.io/v1'): string {
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion, request: { uid: UID, ...request } });
}

/** Up to this many bytes nesting is not looked at. */
const UNSCANNED = 65_536;

/** A review of more than that whose deepest member stands `depth` levels below its outermost brace. */
function reviewOfDepth(depth: number, padding = UNSCANNED): string {
  return review({ object: 0 }).replace(
    '"object":0',
    `"object":${'['.repeat(depth - 2)}${' '.repeat(padding)}${']'.repeat(depth - 2)}`,
  );
}

describe('a review', () => {
  test('gives what decides, and what the answer must echo', () => {
    const request = {
      kind: { group: '', version: 'v1', kind: 'Pod' },
      namespace: 'shop',
      operation: 'CREATE',
      subResource: 'ephemeralcontainers',
      dryRun: true,
      object: { metadata: {} },
    };
    expect(read(review(request, 'admission.k8s.io/v1beta1'))).toEqual({
      kind: 'request',
      identity: { apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview', uid: UID },
      request: { ...request, kind: 'Pod' },
    });
  });

  test('may lack any member, and has nothing instead', () => {
    expect(read('{"request":{}}')).toEqual({
      kind: 'request',
      identity: { apiVersion: undefined, kind: undefined, uid: '' },
      request: { namespace: '', operation: '', subResource: '', kind: '', dryRun: false, object: undefined },
    });
  });

  test('may have members of any type, and then has nothing instead', () => {
    const text =
      '{"apiVersion":1,"kind":[],"request":{"uid":{},"namespace":null,"operation":0,"kind":"Pod","dryRun":"true"}}';
    expect(read(text)).toMatchObject({
      identity: { apiVersion: undefined, kind: undefined, uid: '' },
      request: { namespace: '', operation: '', kind: '', dryRun: false },
    });
  });

  test('may begin with a byte order mark, as for Go', () => {
    expect(read(`\ufeff${review({})}`)).toMatchObject({ kind: 'request', identity: { uid: UID } });
  });

  test('may hold bytes that are no UTF-8', () => {
    const [head = '', tail = ''] = review({ namespace: '?' }).split('?');
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xc0]), Buffer.from(tail)]);
    expect(readReview(bytes)).toMatchObject({ kind: 'request', identity: { uid: UID } });
  });

  test('takes the last of two members, as Go does', () => {
    const text = review({ namespace: 'stage' }).replace('"namespace"', '"namespace":"first","namespace"');
    expect(read(text)).toMatchObject({ request: { namespace: 'stage' } });
  });

  test('may nest 64 levels deep', () => {
    expect(read(reviewOfDepth(64)).kind).toBe('request');
  });

  test('of no more than 64 KiB may nest as deep as it likes', () => {
    const levels = (UNSCANNED - reviewOfDepth(2, 0).length) / 2 + 2;
    const text = reviewOfDepth(Math.floor(levels), 0);
    expect(text.length).toBeGreaterThan(UNSCANNED - 2);
    expect(text.length).toBeLessThanOrEqual(UNSCANNED);
    expect(read(text).kind).toBe('request');
    expect(read(`${text}  `)).toMatchObject({ kind: 'fault', fault: 'review-too-deep' });
  });
});

describe('a fault', () => {
  test.each([
    ['no bytes', '', 'the body is not JSON'],
    ['half a review', '{"request":{', 'the body is not JSON'],
    ['something behind the review', `${review({})}x`, 'the body is not JSON'],
    ['YAML', 'request: {}', 'the body is not JSON'],
    ['null', 'null', 'the body is no AdmissionReview with a request'],
    ['a list', '[{"request":{}}]', 'the body is no AdmissionReview with a request'],
    ['no request', '{"kind":"AdmissionReview"}', 'the body is no AdmissionReview with a request'],
    ['a request that is null', '{"request":null}', 'the body is no AdmissionReview with a request'],
    ['a request that is a list', '{"request":[]}', 'the body is no AdmissionReview with a request'],
  ])('%s', (_what, text, problem) => {
    expect(read(text)).toMatchObject({ kind: 'fault', fault: 'review-malformed', problem });
  });

  test('a review that nests 65 levels deep', () => {
    expect(read(reviewOfDepth(65))).toEqual({
      kind: 'fault',
      identity: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', uid: UID },
      fault: 'review-too-deep',
      problem: 'the review nests deeper than 64 levels',
    });
  });
});

describe('the uid of a review that cannot be parsed', () => {
  const scan = (text: string) => read(`${text}{`).identity;

  test.each(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'])('is found in %s', (apiVersion) => {
    expect(scan(review({}, apiVersion))).toEqual({ apiVersion, kind: 'AdmissionReview', uid: UID });
  });

  test('is found in spite of spaces and line ends', () => {
    expect(scan(JSON.stringify(JSON.parse(review({})), null, 2)).uid).toBe(UID);
  });

  test('is not taken from a string, nor from another object', () => {
    expect(scan(JSON.stringify({ note: '"request":{"uid":"forged"}' })).uid).toBe('');
    expect(scan('{"requests":{"uid":"forged"},"object":{"uid":"forged"}}').uid).toBe('');
  });

  test('is not invented, and no strange type is echoed', () => {
    expect(scan('{"apiVersion":"example.com/v1","request":{"uid":"<script>"}}')).toEqual({
      apiVersion: undefined,
      kind: undefined,
      uid: '',
    });
  });

  test('is looked for in the first 64 KiB only', () => {
    expect(scan(`${' '.repeat(70_000)}${review({})}`).uid).toBe('');
  });
});

test('a kind of another group is not taken for the one of the core', () => {
  const reading = read(review({ kind: { group: 'metrics.example', version: 'v1', kind: 'Pod' } }));
  expect(reading).toMatchObject({ kind: 'request', request: { kind: 'Pod.metrics.example' } });
});
