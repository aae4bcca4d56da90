import { expect, test } from 'vitest';
import { readGoField } from '../../src/go/json-fields.ts';

test.each<[json: string, value: unknown]>([
  ['{"RoleARN":"a"}', 'a'],
  ['{"rolearn":"a"}', 'a'],
  ['{"ROLEARN":"a","RoleARN":"b"}', 'b'],
  ['{"RoleARN":"a","rolearn":"b"}', 'b'],
  ['{"RoleARN":"a","RoleARN":"b"}', 'b'],
  ['{"role_arn":"a"}', undefined],
  ['{"__proto__":{"RoleARN":"a"}}', undefined],
  ['{}', undefined],
])('RoleARN of %s is %j, names in any case and the last one winning', (json, value) => {
  expect(readGoField(JSON.parse(json), 'RoleARN')).toBe(value);
});

test('members of every object are no fields', () => {
  expect(readGoField({}, 'constructor')).toBeUndefined();
});
