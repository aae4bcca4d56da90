import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ObjectFlaw, toConfigMap } from '../../src/kube/objects.ts';
import { parseWatchEvent } from '../../src/kube/watch-events.ts';

function parse(line: string): unknown {
  return parseWatchEvent(line, () => {});
}

function read(raw: unknown): { object: unknown; flaws: ObjectFlaw[] } {
  const flaws: ObjectFlaw[] = [];
  return { object: toConfigMap(raw, (flaw) => flaws.push(flaw)), flaws };
}

describe('an object', () => {
  test('is reduced to what is kept', () => {
    const raw = {
      kind: 'ServiceAccount',
      metadata: {
        name: 'till',
        namespace: 'shop',
        uid: 'u',
        resourceVersion: '7',
        labels: { a: 'b' },
        annotations: { x: 'y' },
        managedFields: [{}],
      },
      data: { k: 'v' },
      secrets: [],
    };
    expect(read(raw)).toEqual({
      object: {
        metadata: { name: 'till', namespace: 'shop', resourceVersion: '7', annotations: { x: 'y' } },
        data: { k: 'v' },
      },
      flaws: [],
    });
  });

  test('may have neither namespace nor annotations nor resourceVersion', () => {
    const { object } = read({ metadata: { name: 'till', annotations: null, data: null } });
    expect(object).toEqual({ metadata: { name: 'till', resourceVersion: '' } });
    expect(Object.keys(object as object)).toEqual(['metadata']);
  });

  test.each([
    null,
    5,
    'text',
    [],
    {},
    { metadata: null },
    { metadata: {} },
    { metadata: { name: 5 } },
    { metadata: { name: '' } },
  ])('%j is passed over and told', (raw) => {
    expect(read(raw)).toEqual({
      object: undefined,
      flaws: [{ kind: 'skipped', reason: 'no-name', object: '' }],
    });
  });

  test('loses annotations that are no strings, and only those', () => {
    const raw = JSON.parse(
      '{"metadata":{"name":"till","namespace":"shop","annotations":{"a":"1","b":2,"c":null,"__proto__":"p","constructor":"c"}}}',
    );
    const { object, flaws } = read(raw);
    expect(JSON.stringify(object)).toContain('{"a":"1","__proto__":"p","constructor":"c"}');
    expect(flaws).toEqual([{ kind: 'skipped', reason: 'annotation-not-a-string', object: 'shop/till' }]);
  });

  test('loses annotations that are no object', () => {
    const { object, flaws } = read({ metadata: { name: 'till', annotations: ['a'] }, data: 'text' });
    expect(object).toEqual({ metadata: { name: 'till', resourceVersion: '', annotations: {} }, data: {} });
    expect(flaws.map(({ reason }) => reason)).toEqual(['annotation-not-a-string', 'data-not-a-string']);
  });
});

describe('a line of a watch', () => {
  const raw = { metadata: { name: 'till', resourceVersion: '7' } };

  test.each([
    ['ADDED', 'set'],
    ['MODIFIED', 'set'],
    ['DELETED', 'remove'],
  ])('%s is read as %s', (type, kind) => {
    expect(parse(JSON.stringify({ type, object: raw }))).toEqual({ kind, object: raw });
  });

  test('a change of something without a name only moves the resourceVersion', () => {
    const line = JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion: '8' } } });
    expect(parse(line)).toEqual({ kind: 'bookmark', resourceVersion: '8' });
  });

  test('an ERROR carries its code and message', () => {
    expect(parse('{"type":"ERROR","object":{"code":410,"message":"too old"}}')).toEqual({
      kind: 'error',
      code: 410,
      message: 'too old',
    });
    expect(parse('{"type":"ERROR","object":{"reason":"Expired"}}')).toEqual({
      kind: 'error',
      code: 0,
      message: 'Expired',
    });
  });

  test.each([
    '{',
    'null',
    '[]',
    '<html>',
    '{}',
    '{"type":"ADDED"}',
    '{"type":"SYNC","object":{}}',
    '{"object":{}}',
  ])('%s is garbage', (line) => {
    expect(parse(line)).toMatchObject({ kind: 'garbage' });
  });

  test('nothing that a line may hold throws', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('ADDED', 'DELETED', 'BOOKMARK', 'ERROR', 'X'), (json, type) => {
        parse(json);
        parse(`{"type":"${type}","object":${json}}`);
        parse(`{"type":"${type}","object":{"metadata":${json},"data":${json}}}`);
      }),
    );
  });
});
