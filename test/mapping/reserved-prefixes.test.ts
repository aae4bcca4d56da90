import { describe, expect, test } from 'vitest';
import { readReservedPrefixes } from '../../src/mapping/reserved-prefixes.ts';
import { toSourceNode } from '../../src/mapping/value-nodes.ts';

const readAll = (raw: unknown) => readReservedPrefixes(toSourceNode(raw));
const read = (raw: unknown): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(readAll(raw).prefixes);

describe('reserved prefixes of a configuration', () => {
  test.each([
    ['nothing', undefined, {}],
    ['nothing, in words', null, {}],
    ['an empty list', [], {}],
    ['a backend', [{ backendmode: 'CRD', usernamePrefixReserveList: ['a:', 'b:'] }], { CRD: ['a:', 'b:'] }],
    ['keys in another case', [{ BackendMode: 'CRD', usernameprefixreservelist: ['a:'] }], { CRD: ['a:'] }],
    [
      'a text with commas',
      [{ backendmode: 'CRD', usernamePrefixReserveList: 'a:,b:' }],
      { CRD: ['a:', 'b:'] },
    ],
    ['a single mapping', { backendmode: 'CRD', usernamePrefixReserveList: ['a:'] }, { CRD: ['a:'] }],
    ['no list', [{ backendmode: 'CRD' }], { CRD: [] }],
    [
      'a backend by its old name',
      [{ backendmode: 'ConfigMap', usernamePrefixReserveList: ['a:'] }],
      { EKSConfigMap: ['a:'] },
    ],
    [
      'a backend twice',
      [
        { backendmode: 'File', usernamePrefixReserveList: ['a:'] },
        { backendmode: 'MountedFile', usernamePrefixReserveList: ['b:'] },
      ],
      { MountedFile: ['a:', 'b:'] },
    ],
  ])('%s', (_, raw, prefixes) => {
    expect(read(raw)).toEqual(prefixes);
    expect(readAll(raw)).toMatchObject({ problems: [], warnings: [] });
  });

  test('tell everything that is wrong', () => {
    const { problems, warnings } = readAll([
      'CRD',
      { backendmode: 'CRD', usernamePrefixReserveList: { a: 'b' } },
      { backendmode: 'CRD', usernamePrefixReserveList: [['a']] },
      { backendmode: 'crd', usernamePrefixReserveList: ['a:'] },
    ]);
    expect(problems).toEqual([
      'reservedPrefixConfig[0] is text, not a mapping with backendmode',
      'reservedPrefixConfig[1].usernamePrefixReserveList is no list of texts',
      'reservedPrefixConfig[2].usernamePrefixReserveList is no list of texts',
    ]);
    expect(warnings).toEqual([
      'reservedPrefixConfig[3].backendmode "crd" is no backend: take one of MountedFile, EKSConfigMap, CRD, DynamicFile',
    ]);
  });
});
