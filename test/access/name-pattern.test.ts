import { describe, expect, test } from 'vitest';
import { decidePatterns } from '../../src/access/decide-pattern.ts';
import { fillHoles, type NamePattern } from '../../src/access/name-pattern.ts';
import { group, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const session = { hole: 'SessionName', admits: (text: string) => /^[\w+=,.-]{2,64}$/.test(text) };
const key = { hole: 'AccessKeyID', admits: (text: string) => /^[A-Z0-9]{16,128}$/.test(text) };
const dev: NamePattern = { kind: 'User', pieces: ['dev:', session] };

describe('a name with holes', () => {
  test.each<[string, NamePattern['pieces'], string, object | undefined]>([
    ['is a name that it can be rendered to', ['dev:', session], 'dev:jane', { SessionName: 'jane' }],
    ['is no name that begins otherwise', ['dev:', session], 'ops:jane', undefined],
    ['is no name that the hole cannot be', ['dev:', session], 'dev:j', undefined],
    ['is no name with more behind it', ['dev:', session, ':x'], 'dev:jane:xy', undefined],
    [
      'may have several holes',
      [session, ':', key],
      'jane:AKIAIOSFODNN7EXAMPLE',
      { SessionName: 'jane', AccessKeyID: 'AKIAIOSFODNN7EXAMPLE' },
    ],
    ['has the same in the same holes', [session, ':', session], 'ab:ab', { SessionName: 'ab' }],
    ['has nothing else in the same holes', [session, ':', session], 'ab:cd', undefined],
    ['may have holes side by side', [session, session, 'x'], 'ababx', { SessionName: 'ab' }],
    ['may have none', ['dev'], 'dev', {}],
  ])('%s', (_, pieces, name, values) => {
    expect(fillHoles({ kind: 'User', pieces }, name)).toEqual(values);
  });

  test('is found out soon, whatever the other name is', () => {
    const pieces = [session, session, session, key];
    expect(fillHoles({ kind: 'User', pieces }, `${'a'.repeat(5_000)}!`)).toBeUndefined();
  });
});

describe('an answer for a template', () => {
  const index = indexOf({
    clusterRoles: { reader: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
    roleBindings: {
      'team-a/jane': ['ClusterRole/reader', user('dev:jane')],
      'team-a/other': ['ClusterRole/reader', user('ops:jane'), group('dev:joe')],
    },
  });

  test('says for whom', () => {
    const question = { verb: 'get', group: '', resource: 'pods', namespace: 'team-a' };
    const groups: NamePattern = { kind: 'Group', pieces: ['dev:', session] };
    expect(decidePatterns(index, [dev, groups], question)).toMatchObject([
      { when: { SessionName: 'jane' }, grant: { subject: user('dev:jane') } },
      { when: { SessionName: 'joe' }, grant: { subject: group('dev:joe') } },
    ]);
    expect(decidePatterns(index, [dev], { ...question, namespace: 'team-b' })).toEqual([]);
  });

  test.each<[NamePattern['pieces'], string, boolean]>([
    [[{ hole: 'SessionName', admits: () => true }], 'system:masters', false],
    [[session, ':masters'], 'system:masters', false],
    [['system:', session], 'system:masters', false],
    [['system:node:', session], 'system:node:one', true],
  ])('%j becomes %s only where the mapping says it in clear text: %s', (pieces, name, may) => {
    expect(fillHoles({ kind: 'Group', pieces }, name) !== undefined).toBe(may);
  });
});
