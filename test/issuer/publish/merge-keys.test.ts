import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PublicJwk } from '../../../src/issuer/documents.ts';
import { readKeyRecord, renderKeyRecord } from '../../../src/issuer/publish/key-record.ts';
import { type KeyFate, type MergeInput, mergeKeys } from '../../../src/issuer/publish/merge-keys.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);

function toKey(kid: string, x = kid): PublicJwk {
  return { kty: 'EC', kid, alg: 'ES256', crv: 'P-256', x, y: 'y' };
}

function merge(input: Partial<MergeInput>) {
  const merged = mergeKeys({
    published: [],
    source: [],
    record: new Map(),
    drop: [],
    now: START,
    tokenLifetime: DAY,
    ...input,
  });
  if (merged.kind === 'refused') throw new Error(merged.problems.join('; '));
  return merged;
}

function toKids(keys: readonly PublicJwk[]): string[] {
  return keys.map(({ kid }) => kid);
}

/** Publishes one source after the other and says what became of each key. */
function publishInTurn(runs: readonly { readonly at: number; readonly source: string }[]) {
  let published: readonly PublicJwk[] = [];
  let record = '';
  return runs.map(({ at, source }) => {
    const now = START + at;
    const merged = merge({
      published,
      source: [...source].map((kid) => toKey(kid)),
      record: readKeyRecord(record || undefined, now).record,
      now,
    });
    published = merged.keys;
    record = renderKeyRecord(merged.record);
    const fates = merged.changes.map(({ kid, fate }) => `${kid} ${fate}`);
    return { fates, published: toKids(published).join('') };
  });
}

describe('over time', () => {
  test('a rotation keeps the old key for a token life and an hour after it was first missing', () => {
    const outcome = publishInTurn([
      { at: 0, source: 'a' },
      { at: HOUR, source: 'ab' },
      { at: 30 * HOUR, source: 'b' },
      { at: 30 * HOUR + 25 * HOUR - 1, source: 'b' },
      { at: 30 * HOUR + 25 * HOUR, source: 'b' },
      { at: 60 * HOUR, source: 'b' },
    ]);
    expect(outcome).toEqual([
      { fates: ['a added'], published: 'a' },
      { fates: ['a unchanged', 'b added'], published: 'ab' },
      { fates: ['a retained', 'b unchanged'], published: 'ab' },
      { fates: ['a retained', 'b unchanged'], published: 'ab' },
      { fates: ['a retired', 'b unchanged'], published: 'b' },
      { fates: ['b unchanged'], published: 'b' },
    ]);
  });

  test('a key that comes back starts anew: API servers with different files drop nothing', () => {
    const runs = Array.from({ length: 10 }, (_, turn) => ({
      at: turn * 20 * HOUR,
      source: turn % 2 ? 'b' : 'a',
    }));
    expect(publishInTurn(runs).at(-1)).toEqual({ fates: ['a retained', 'b unchanged'], published: 'ab' });
  });

  test('a run that nobody made for a month drops nothing that it has not missed before', () => {
    expect(
      publishInTurn([
        { at: 0, source: 'a' },
        { at: 30 * DAY, source: 'b' },
      ]).at(-1),
    ).toEqual({ fates: ['a retained', 'b added'], published: 'ab' });
  });

  test('a longer token life keeps a key longer', () => {
    const record = new Map([['a', { absentSince: START - 25 * HOUR }]]);
    const input = { published: [toKey('a')], source: [toKey('b')], record };
    expect(merge(input).changes[0]).toMatchObject({ kid: 'a', fate: 'retired' });
    expect(merge({ ...input, tokenLifetime: 2 * DAY }).changes[0]).toMatchObject({
      kid: 'a',
      fate: 'retained',
      retiresAt: START + DAY,
    });
  });
});

describe('a record', () => {
  const published = [toKey('a')];
  const source = [toKey('b')];
  const long = new Date(START - 90 * DAY).toISOString();

  test.each<readonly [string, string | undefined, KeyFate]>([
    ['that says when', JSON.stringify({ keys: [{ kid: 'a', absentSince: long }] }), 'retired'],
    ['that is missing', undefined, 'retained'],
    ['that is empty', '', 'retained'],
    ['that is no JSON', '{', 'retained'],
    ['of another shape', '{"keys":{"a":1}}', 'retained'],
    ['of other keys', JSON.stringify({ keys: [{ kid: 'c', absentSince: long }] }), 'retained'],
    ['with another kind of time', '{"keys":[{"kid":"a","absentSince":0}]}', 'retained'],
    [
      'with a date that is none',
      '{"keys":[{"kid":"a","absentSince":"2020-99-99T00:00:00.000Z"}]}',
      'retained',
    ],
    [
      'with a day that no calendar has',
      '{"keys":[{"kid":"a","absentSince":"2020-02-30T00:00:00.000Z"}]}',
      'retained',
    ],
    ['of the future', '{"keys":[{"kid":"a","absentSince":"2999-01-01T00:00:00.000Z"}]}', 'retained'],
    ['with entries that are none', `{"keys":[null,1,"a",[],{},{"kid":1},{"kid":"__proto__"}]}`, 'retained'],
  ])('%s leaves a missing key: %#', (_, text, fate) => {
    const { record } = readKeyRecord(text, START);
    const merged = merge({ published, source, record });
    expect(merged.changes[0]).toMatchObject({ kid: 'a', fate });
    if (fate === 'retained') expect(merged.changes[0]?.retiresAt).toBe(START + 25 * HOUR);
  });

  test('that is not ours is told; one that is missing is not', () => {
    expect(readKeyRecord('[]', START).problem).toMatch(/^iam-bridge-keys\.json is no record of keys: /);
    expect(readKeyRecord(undefined, START).problem).toBeUndefined();
  });

  test('reads back as it was written, whatever the key ids', () => {
    const times = fc.record(
      { firstPublished: fc.integer({ min: 0, max: START }), absentSince: fc.integer({ min: 0, max: START }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), times), { maxLength: 5 }), (entries) => {
        const record = new Map(entries);
        expect(readKeyRecord(renderKeyRecord(record), START)).toEqual({ record });
      }),
      { numRuns: 100 },
    );
  });
});

describe('--drop', () => {
  const published = [toKey('a'), toKey('b')];

  test('takes out a key that the source does not have, at once', () => {
    const merged = merge({ published, source: [toKey('b')], drop: ['a'] });
    expect(merged.changes).toEqual([
      { kid: 'a', alg: 'ES256', fate: 'dropped' },
      { kid: 'b', alg: 'ES256', fate: 'unchanged' },
    ]);
    expect(toKids(merged.keys)).toEqual(['b']);
    expect([...merged.record.keys()]).toEqual(['b']);
  });

  test('of a key in the source, and of one that is not published, are refused together', () => {
    const input = { published, source: [toKey('b')], record: new Map(), now: START, tokenLifetime: DAY };
    expect(mergeKeys({ ...input, drop: ['b', 'z'] })).toEqual({
      kind: 'refused',
      problems: [
        expect.stringMatching(/^--drop "b": the source still has it; take it out/),
        expect.stringMatching(/^--drop "z": no such key is published/),
      ],
    });
  });
});

test('one key id for two keys is refused', () => {
  const input = { record: new Map(), drop: [], now: START, tokenLifetime: DAY };
  expect(mergeKeys({ ...input, published: [toKey('a', 'x1')], source: [toKey('a', 'x2')] })).toEqual({
    kind: 'refused',
    problems: [expect.stringMatching(/^key "a" is published with another value: .*--to/)],
  });
});

test('no key of the source is ever left out, and no young one goes, whatever is published and recorded', () => {
  const kids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'));
  const ages = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 50 }));
  fc.assert(
    fc.property(kids, kids, ages, (published, source, absentHours) => {
      const merged = merge({
        published: published.map((kid) => toKey(kid)),
        source: source.map((kid) => toKey(kid)),
        record: new Map(
          Object.entries(absentHours).map(([kid, hours]) => [kid, { absentSince: START - hours * HOUR }]),
        ),
      });
      const old = (kid: string) => (absentHours[kid] ?? 0) >= 25;
      const expected = new Set([...source, ...published.filter((kid) => !old(kid))]);
      expect(new Set(toKids(merged.keys))).toEqual(expected);
      expect(new Set(merged.record.keys())).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
