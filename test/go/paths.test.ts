import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinGoPath } from '../../src/go/paths.ts';

// Every answer was given by path.Join of Go 1.26.
test.each<[parts: string[], joined: string]>([
  [[], ''],
  [['', ''], ''],
  [['a', ''], 'a'],
  [['', 'a'], 'a'],
  [['/a', 'b'], '/a/b'],
  [['/a/', '/b/'], '/a/b'],
  [['/a//b', 'c'], '/a/b/c'],
  [['/a/../..', 'b'], '/b'],
  [['a', '..'], '.'],
  [['a', '../../b'], '../b'],
  [['./'], '.'],
  [['../'], '..'],
  [['/'], '/'],
  [['//', '/'], '/'],
  [['...', 'a'], '.../a'],
  [['C:\\a', 'b'], 'C:\\a/b'],
])('%j is %j', (parts, joined) => {
  expect(joinGoPath(...parts)).toBe(joined);
});

test('joining again changes nothing', () => {
  const part = fc.string({ unit: fc.constantFrom('/', '.', 'a', 'b') });
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const joined = joinGoPath(...parts);
      expect(joinGoPath(joined)).toBe(joined);
    }),
  );
});
