import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { findCycles, findForbidden } from '../support/repo/house.ts';
import { readImports, readSources } from '../support/repo/imports.ts';
import { findUnrun, readProjects } from '../support/repo/projects.ts';
import { PACKAGES, ROOMS } from './rooms.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HOUSE = { rooms: ROOMS, packages: PACKAGES };
const sources = readSources(join(ROOT, 'src'));

describe('the rooms of src/', () => {
  test('import what the table allows, and nothing else', () => {
    expect(sources.size).toBeGreaterThan(300);
    expect(findForbidden(sources, HOUSE)).toEqual([]);
  });

  test('are those of the table', () => {
    const rooms = new Set([...sources.keys()].map((path) => path.split('/')[0]));
    expect(Object.keys(ROOMS).filter((room) => !rooms.has(room))).toEqual([]);
    const named = [...Object.values(ROOMS), ...Object.values(PACKAGES)].flat();
    expect(named.filter((room) => !Object.hasOwn(ROOMS, room))).toEqual([]);
  });

  test('hold no files that import each other, not even for a type', () => {
    expect(findCycles(sources)).toEqual([]);
  });
});

describe('the guard of the rooms', () => {
  const house = { rooms: { attic: ['cellar'], cellar: [] }, packages: { 'node:fs': ['cellar'] } };
  const plant = (path: string, text: string): string[] =>
    findForbidden(
      new Map([
        ['cellar/wine.ts', ''],
        ['attic/old.ts', ''],
        [path, text],
      ]),
      house,
    );

  test.each([
    ['a folder that the table does not know', 'shed/tools.ts', ''],
    ['a file beside the rooms', 'loose.ts', ''],
    ['an arrow upwards', 'cellar/up.ts', "import { old } from '../attic/old.ts';"],
    ['an arrow for a type alone', 'cellar/up.ts', "import type { Old } from '../attic/old.ts';"],
    ['an arrow within a type', 'cellar/up.ts', "type Old = typeof import('../attic/old.ts');"],
    ['a lazy arrow', 'cellar/up.ts', "await import('../attic/old.ts');"],
    ['an arrow that re-exports', 'cellar/up.ts', "export { old } from '../attic/old.ts';"],
    ['an import for its effects', 'cellar/up.ts', "import '../attic/old.ts';"],
    ['an import over several lines', 'cellar/up.ts', "import {\n  old,\n} from\n  '../attic/old.ts';"],
    ['a file that is not there', 'attic/up.ts', "import { gone } from '../cellar/gone.ts';"],
    ['a package of other rooms', 'attic/disk.ts', "import { open } from 'node:fs/promises';"],
    ['a module of Node without its prefix', 'attic/disk.ts', "import { open } from 'fs/promises';"],
    ['a package that the table does not know', 'cellar/new.ts', "import left from 'left-pad';"],
    ['a package of other rooms, lazily', 'attic/disk.ts', "await import('node:fs');"],
    ['a computed import', 'attic/any.ts', 'await import(name);'],
    ['a require', 'attic/any.ts', "createRequire(import.meta.url); require('node:fs');"],
    ['a module of Node by the back door', 'attic/any.ts', "process.getBuiltinModule('node:fs');"],
  ])('finds %s', (_, path, text) => {
    expect(plant(path, text)).toHaveLength(1);
  });

  test.each([
    ['within a room', 'cellar/jam.ts', "import { wine } from './wine.ts';"],
    ['downwards', 'attic/new.ts', "import type { Wine } from '../cellar/wine.ts';"],
    ['a package that is free to all', 'attic/new.ts', "import { join } from 'node:path';"],
    ['a package of this room', 'cellar/disk.ts', "import { open } from 'node:fs/promises';"],
    ['what a comment tells of', 'cellar/up.ts', "/** import '../attic/old.ts' */ // from '../attic/old.ts'"],
  ])('passes over %s', (_, path, text) => {
    expect(plant(path, text)).toEqual([]);
  });

  test('finds circles, also those of types, and only them', () => {
    const planted = new Map([
      ['a/one.ts', "import type { Two } from './two.ts';"],
      ['a/two.ts', "export type Two = typeof import('../b/three.ts');"],
      ['b/three.ts', "import { one } from '../a/one.ts';"],
      ['b/four.ts', "import { one } from '../a/one.ts';"],
      ['b/self.ts', "import { self } from './self.ts';"],
    ]);
    expect(findCycles(planted)).toEqual([['a/one.ts', 'a/two.ts', 'b/three.ts'], ['b/self.ts']]);
  });

  test('reads every import that the compiler follows', () => {
    const text = `import a, { b } from './a.ts'; export * from "../c/d.ts"; const e = import( './e.ts' );`;
    expect(readImports('x/y.ts', text)).toEqual({
      files: ['x/a.ts', 'c/d.ts', 'x/e.ts'],
      packages: [],
      hidden: [],
    });
  });
});

describe('the tests', () => {
  const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'));
  const projects = readProjects(config);

  test('are each run by one project', () => {
    expect(tests.length).toBeGreaterThan(100);
    expect(findUnrun(tests, projects)).toEqual([]);
  });

  test('are found also where a folder is new, unless a project leaves it out', () => {
    const planted = ['test/new-room/thing.test.ts', 'test/bench/forgotten.test.ts'];
    expect(findUnrun(planted, projects)).toEqual(['test/bench/forgotten.test.ts: no project runs it']);
  });

  test('are not there twice', () => {
    const twice = [...projects, { name: 'again', include: ['test/go/*.test.ts'], exclude: [] }];
    expect(findUnrun(['test/go/csv.test.ts'], twice)).toEqual(['test/go/csv.test.ts: unit and again run it']);
  });

  test('of `npm run check` are all but those of projects that need more than this process', async () => {
    const { scripts } = (await import('../../package.json', { with: { type: 'json' } })).default;
    const inCheck = [...scripts.check.matchAll(/--project (\S+)/g)].map(([, name]) => name);
    const others = projects.map(({ name }) => name).filter((name) => !inCheck.includes(name));
    expect(others).toEqual(['programs', 'clients', 'slow', 'e2e']);
  });
});
