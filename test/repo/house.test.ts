import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { findCycles, findForbidden, findIdle } from '../support/repo/house.ts';
import { readImports, readSources, type Sources } from '../support/repo/imports.ts';
import { findUnrun, readProjects } from '../support/repo/projects.ts';
import { FREE, PACKAGES, ROOMS } from './rooms.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HOUSE = { rooms: ROOMS, packages: PACKAGES, free: FREE };
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

  test('are granted no package that they do not use', () => {
    expect(findIdle(sources, HOUSE)).toEqual([]);
  });

  test('hold no files that import each other, not even for a type', () => {
    expect(findCycles(sources)).toEqual([]);
  });
});

describe('the guard of the rooms', () => {
  const house = {
    rooms: { attic: ['cellar'], cellar: [] },
    packages: { 'node:fs': ['cellar'], '@scope/jam': ['attic'] },
    free: ['node:path'],
  };
  const build = (texts: Readonly<Record<string, string>>): Sources =>
    new Map(Object.entries(texts).map(([path, text]) => [path, readImports(path, text)]));
  const plant = (path: string, text: string): string[] =>
    findForbidden(build({ 'cellar/wine.ts': '', 'attic/old.ts': '', [path]: text }), house);

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
    [
      'a module of Node that nobody was granted',
      'cellar/threads.ts',
      "import { Worker } from 'worker_threads';",
    ],
    ['a path into a package', 'cellar/jam.ts', "import jam from '@scope/jam/strawberry';"],
    ['the package itself', 'attic/self.ts', "import { old } from 'iam-bridge/src/attic/old.ts';"],
    ['a name of package.json', 'attic/self.ts', "import { old } from '#old';"],
    ['an address', 'attic/data.ts', "await import('data:text/javascript,');"],
    ['an arrow behind an alias', 'cellar/up.ts', "import old = require('../attic/old.ts');"],
    [
      'an arrow with an attribute',
      'cellar/up.ts',
      "import old from '../attic/old.ts' with { type: 'text' };",
    ],
    ['an arrow after a text like a comment', 'cellar/up.ts', "const a = ' // '; import('../attic/old.ts');"],
    ['an arrow within texts', 'cellar/up.ts', "const a = '/*'; import '../attic/old.ts'; const b = '*/';"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is code in a text
    ['an arrow within a template', 'cellar/up.ts', "const a = `${await import('../attic/old.ts')}`;"],
    ['an arrow in an escape', 'cellar/up.ts', "import '../\\x61ttic/old.ts';"],
    ['an arrow for one name of many', 'cellar/up.ts', "export { type Old as New } from '../attic/old.ts';"],
    ['an arrow for all names', 'cellar/up.ts', "export * as attic from '../attic/old.ts';"],
    ['a file beside src/', 'attic/out.ts', "import '../../tools/licences.mjs';"],
    ['a file of data', 'attic/out.ts', "import data from './data.json' with { type: 'json' };"],
    ['a folder', 'attic/out.ts', "import '../cellar';"],
    ['a file of JavaScript', 'attic/quiet.js', ''],
    ['a file of another kind of TypeScript', 'attic/quiet.mts', ''],
    ['a computed import', 'attic/any.ts', 'await import(name);'],
    ['an import that is put together', 'attic/any.ts', "await import('../cellar/' + 'wine.ts');"],
    ['an import by a template', 'attic/any.ts', 'await import(`../cellar/wine.ts`);'],
    ['an import that is resolved first', 'attic/any.ts', "import(import.meta.resolve('../cellar/wine.ts'));"],
    ['types by a comment', 'attic/any.ts', '/// <reference path="../cellar/wine.ts" />'],
    ['types for another module', 'attic/any.ts', "declare module 'node:fs' {}"],
    ['a require', 'attic/any.ts', "require('node:fs');"],
    ['a require of its own', 'attic/any.ts', 'const load = createRequire(import.meta.url);'],
    ['a module of Node by the back door', 'attic/any.ts', "process.getBuiltinModule('node:fs');"],
    ['the back door under another name', 'attic/any.ts', 'const { getBuiltinModule: load } = process;'],
    ['the back door in brackets', 'attic/any.ts', "process['getBuiltinModule'];"],
    ['an older back door', 'attic/any.ts', "process.binding('fs');"],
    ['an older back door, taken apart', 'attic/any.ts', 'const { binding } = globalThis.process;'],
    ['code in a text', 'attic/any.ts', "new Function('return import(1)');"],
    ['code in a text, by its constructor', 'attic/any.ts', "(() => {}).constructor('return 1');"],
  ])('finds %s', (_, path, text) => {
    expect(new Set(plant(path, text).map((found) => found.split(':')[0]))).toEqual(new Set([path]));
  });

  test.each([
    ['within a room', 'cellar/jam.ts', "import { wine } from './wine.ts';"],
    ['downwards', 'attic/new.ts', "import type { Wine } from '../cellar/wine.ts';"],
    ['a package that is free to all', 'attic/new.ts', "import { join } from 'node:path';"],
    ['a package of this room', 'cellar/disk.ts', "import { open } from 'node:fs/promises';"],
    ['a path into a package of this room', 'attic/jam.ts', "import jam from '@scope/jam/strawberry';"],
    [
      'a word of RBAC, where nothing is known of the process',
      'attic/any.ts',
      'export const a = (b) => b.binding;',
    ],
    ['what a comment tells of', 'cellar/up.ts', "/** import '../attic/old.ts' */ // from '../attic/old.ts'"],
    ['what a text tells of', 'cellar/up.ts', `const a = "import '../attic/old.ts'"; Array.from('node:fs');`],
  ])('passes over %s', (_, path, text) => {
    expect(plant(path, text)).toEqual([]);
  });

  test('finds what is granted and not used', () => {
    const planted = build({ 'cellar/disk.ts': "import { open } from 'node:fs/promises';" });
    expect(findIdle(planted, house)).toEqual(['node:path', 'attic @scope/jam']);
  });

  test('finds circles, also those of types, and only them', () => {
    const planted = build({
      'a/one.ts': "import type { Two } from './two.ts';",
      'a/two.ts': "export type Two = typeof import('../b/three.ts');",
      'b/three.ts': "import { one } from '../a/one.ts';",
      'b/four.ts': "import { one } from '../a/one.ts';",
      'b/self.ts': "import { self } from './self.ts';",
    });
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
    .filter((path) => /[._-](?:test|spec)s?\.[cm]?[jt]sx?$/.test(path));
  const projects = readProjects(config);

  test('are each run by one project', () => {
    expect(tests.length).toBeGreaterThan(100);
    expect(findUnrun(tests, projects)).toEqual([]);
  });

  test('are found also where a folder is new, unless a project leaves it out', () => {
    const planted = ['test/new-room/thing.test.ts', 'test/bench/lost.test.ts', 'test/go/thing.spec.ts'];
    expect(findUnrun(planted, projects)).toEqual([
      'test/bench/lost.test.ts: no project runs it',
      'test/go/thing.spec.ts: no project runs it',
    ]);
  });

  test('are not there twice', () => {
    const twice = [...projects, { name: 'again', include: ['test/go/*.test.ts'], exclude: [] }];
    expect(findUnrun(['test/go/csv.test.ts'], twice)).toEqual(['test/go/csv.test.ts: unit and again run it']);
  });

  test('of `npm run check` are all but those of projects that need more than this process', async () => {
    const { scripts } = (await import('../../package.json', { with: { type: 'json' } })).default;
    const inCheck = [...scripts.check.matchAll(/--project (\S+)/g)].map(([, name]) => name);
    const others = projects.map(({ name }) => name).filter((name) => !inCheck.includes(name));
    expect(others).toEqual(['programs', 'chart', 'clients', 'slow', 'image', 'e2e']);
  });
});
