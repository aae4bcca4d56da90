import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/json/read.ts';
import { readMember } from '../../src/json/record.ts';

describe('a JSON document that decides about trust', () => {
  const cases: [string, string, string[]][] = [
    ['two members of one name', '{"a":1,"a":2}', ['/a']],
    ['three, each after the first counts', '{"a":1,"a":2,"a":3}', ['/a', '/a']],
    ['the same name spelt by an escape', '{"a":1,"\\u0061":2}', ['/a']],
    ['the same name in two objects is fine', '{"a":{"x":1},"b":{"x":2}}', []],
    ['the same name in an object and its member is fine', '{"a":{"a":1}}', []],
    ['within a list, with its index', '[{"s":1},{"s":1, "s" :2}]', ['/1/s']],
    ['after a member that is an object', '{"c":{"x":{}},"d":[1,2,{"q":1,"q":1}]}', ['/d/2/q']],
    ['names with a slash and a tilde', '{"a/b~c":1,"a/b~c":2}', ['/a~1b~0c']],
    ['values that look like members are none', '{"a":"b","c":"{\\"a\\":1,\\"a\\":2}"}', []],
    ['a quote at the end of a value', '{"a":"\\\\","b":"\\\\\\"","b":1}', ['/b']],
    ['a line break before the colon', '{"a"\n\t:1,"a"\r :2}', ['/a']],
    ['the empty name', '{"":1,"":2}', ['/']],
    ['names of what every object inherits', '{"__proto__":1,"__proto__":2,"constructor":3}', ['/__proto__']],
  ];
  test.each(cases)('tells of members that are there twice: %s', (_, text, duplicates) => {
    expect(readJson(text)).toEqual({ kind: 'read', value: JSON.parse(text), duplicates });
  });

  test('keeps the last of two, as JSON.parse does', () => {
    expect(readJson('{"a":1,"a":2}')).toMatchObject({ value: { a: 2 } });
  });

  test('says where it breaks, without a word of what it says', () => {
    const secret = '{"a": 1,\n "password" "hunter2"}';
    expect(readJson(secret)).toEqual({ kind: 'malformed', problem: 'it is not JSON at line 2, column 13' });
    expect(readJson('{"password": hunter2}')).toEqual({ kind: 'malformed', problem: 'it is not JSON' });
    expect(readJson('  ')).toEqual({ kind: 'malformed', problem: 'it is empty' });
    expect(readJson('{"a":"')).toMatchObject({ kind: 'malformed' });
  });

  test('is not read where it nests too deep, however long it is', () => {
    const bomb = '['.repeat(3_000_000);
    expect(readJson(bomb)).toEqual({ kind: 'malformed', problem: 'it nests deeper than 32 levels' });
    expect(readJson('[[1]]', 1)).toMatchObject({ kind: 'malformed' });
    expect(readJson('[[1],[2]]', 2)).toMatchObject({ kind: 'read' });
  });

  test('has no duplicates where it was written from a value, and JSON.parse agrees with it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readJson(text, 1_000)).toEqual({ kind: 'read', value: JSON.parse(text), duplicates: [] });
      }),
    );
  });

  test('shows a member that was put in a second time, wherever that is', () => {
    const place = fc.record({ name: fc.string(), deep: fc.array(fc.string(), { maxLength: 5 }) });
    fc.assert(
      fc.property(place, fc.jsonValue(), ({ name, deep }, value) => {
        const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
        const text = deep.reduce(
          (inner, key) => `{${JSON.stringify(key)}:${inner}}`,
          `{${member},${member}}`,
        );
        const pointer = [...deep.toReversed(), name]
          .map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
          .join('');
        expect(readJson(text, 1_000)).toMatchObject({ duplicates: [pointer] });
      }),
    );
  });

  test('whatever the text, reading it ends and does not throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ua1 \n') }), (text) => {
        expect(['read', 'malformed']).toContain(readJson(text).kind);
      }),
    );
  });
});

describe('a member', () => {
  test('is one only where the document has it', () => {
    expect(readMember({}, 'constructor')).toBeUndefined();
    expect(readMember({ constructor: 1 }, 'constructor')).toBe(1);
  });
});
