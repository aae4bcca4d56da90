import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LocalImage } from '../../../src/local-cluster/node/images.ts';
import type { NodeContainer } from '../../../src/local-cluster/node/pod-spec.ts';
import {
  expandVariables,
  placeMounts,
  planProcess,
  rewritePath,
} from '../../../src/local-cluster/node/process-spec.ts';

const IMAGES: readonly LocalImage[] = [
  {
    name: 'registry.test:5000/tool',
    programs: { '/tool': ['/opt/node', 'main.ts'] },
    entrypoint: ['/tool', 'serve'],
  },
];

const CONTAINER: NodeContainer = {
  name: 'main',
  image: 'registry.test:5000/tool:1.0',
  command: ['/tool', 'run'],
  args: ['--token=$(TOKEN)', '/run/tokens/other', '/run/tokens-not', '$(NAME)'],
  env: [
    { name: 'NAME', value: 'echo' },
    { name: 'TOKEN', value: '/run/tokens/$(NAME)' },
    { name: 'LATE', value: '$(LATER)' },
    { name: 'LATER', value: 'x' },
  ],
  mounts: [
    { volume: 'tokens', path: '/run/tokens/' },
    { volume: 'inner', path: '/run/tokens/inner' },
  ],
};

const mounts = placeMounts(CONTAINER, '/pods/1/volumes');
const place = { images: IMAGES, mounts, home: '/pods/1' };

describe('a container becomes a process', () => {
  test('with its own environment, the PATH and HOME of an image, and nothing else', () => {
    expect(planProcess(CONTAINER, place)).toEqual({
      kind: 'process',
      process: {
        command: [
          '/opt/node',
          'main.ts',
          'run',
          '--token=/pods/1/volumes/tokens/echo',
          '/pods/1/volumes/tokens/other',
          '/run/tokens-not',
          'echo',
        ],
        env: {
          PATH: expect.stringContaining('/usr/bin'),
          HOME: '/pods/1',
          NAME: 'echo',
          TOKEN: '/pods/1/volumes/tokens/echo',
          LATE: '$(LATER)',
          LATER: 'x',
        },
      },
    });
  });

  test('whose PATH and HOME are the pod’s where it sets them', () => {
    const plan = planProcess({ ...CONTAINER, env: [{ name: 'HOME', value: '/root' }] }, place);
    expect(plan).toMatchObject({ process: { env: { HOME: '/root' } } });
  });

  test('of the image’s own command where it has none', () => {
    expect(planProcess({ ...CONTAINER, command: [], args: [] }, place)).toMatchObject({
      process: { command: ['/opt/node', 'main.ts', 'serve'] },
    });
  });

  test.each([
    [{ image: 'other/tool:1.0' }, /no local program stands for image other\/tool:1.0; known: registry/],
    [{ command: ['/bin/sh'] }, /has no program \/bin\/sh here; known: \/tool/],
    [{ command: ['constructor'] }, /has no program constructor/],
  ])('or not at all: %o', (change, expected) => {
    const plan = planProcess({ ...CONTAINER, ...change }, place);
    expect(plan).toEqual({ kind: 'unknown-program', problem: expect.stringMatching(expected) });
  });

  test.each([
    'registry.test:5000/tool',
    'registry.test:5000/tool@sha256:00',
    'registry.test:5000/tool:1@sha256:00',
  ])('by the image’s name, whatever its tag: %s', (image) => {
    expect(planProcess({ ...CONTAINER, image }, place).kind).toBe('process');
  });
});

describe('a path below a mount point', () => {
  test.each([
    ['/run/tokens', '/pods/1/volumes/tokens'],
    ['/run/tokens/inner/a', '/pods/1/volumes/inner/a'],
    ['--file=/run/tokens/a=b', '--file=/pods/1/volumes/tokens/a=b'],
    ['/run', '/run'],
    ['a/run/tokens', 'a/run/tokens'],
    ['', ''],
  ])('%j is %j here', (text, expected) => {
    expect(rewritePath(text, mounts)).toBe(expected);
  });
});

const VALUES = new Map([
  ['A', 'a'],
  ['B', '$(A)'],
  ['EMPTY', ''],
  ['constructor', 'c'],
]);

describe('$(NAME) in a pod', () => {
  test.each([
    ['plain', 'plain'],
    ['$(A)', 'a'],
    ['x$(A)y$(A)z', 'xayaz'],
    ['$(B)', '$(A)'],
    ['[$(EMPTY)]', '[]'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$(toString) $(constructor)', '$(toString) c'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$(A', '$(A'],
    ['$A $', '$A $'],
    ['$()', '$()'],
    ['$(A)$', 'a$'],
  ])('%j becomes %j', (text, expected) => {
    expect(expandVariables(text, VALUES)).toBe(expected);
  });

  test('changes nothing where there is no dollar sign', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(expandVariables(plain, VALUES)).toBe(plain);
      }),
    );
  });
});
