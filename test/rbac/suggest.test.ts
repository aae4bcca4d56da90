import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIndex } from '../../src/rbac/bindings-index.ts';
import { decide } from '../../src/rbac/decide.ts';
import { impersonated, serviceAccountIdentity } from '../../src/rbac/identity.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import { suggestGrant } from '../../src/rbac/suggest.ts';
import { anyIdentity, anyQuestion, anyWorld } from '../support/rbac/arbitrary.ts';
import { indexOf } from '../support/rbac/world.ts';

const empty = indexOf({});
const getPods = { verb: 'get', group: '', resource: 'pods', namespace: 'team-a' };

describe('what is suggested', () => {
  test('is a Role and a RoleBinding in the namespace', () => {
    expect(suggestGrant(empty, impersonated('jane', ['dev']), { ...getPods, name: 'web' })).toEqual({
      kind: 'objects',
      role: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'get-pods-web', namespace: 'team-a' },
        rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] }],
      },
      binding: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'get-pods-web', namespace: 'team-a' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'get-pods-web' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
      },
    });
  });

  test.each([
    [
      'an account',
      serviceAccountIdentity('team-b', 'ci'),
      { kind: 'ServiceAccount', namespace: 'team-b', name: 'ci' },
    ],
    ['a group of people', impersonated(undefined, ['dev']), { kind: 'Group', name: 'dev' }],
  ])('binds %s', (_, who, subject) => {
    expect(suggestGrant(empty, who, getPods)).toMatchObject({ binding: { subjects: [subject] } });
  });

  test.each([
    ['nobody', impersonated('system:anonymous')],
    ['everybody', impersonated(undefined, ['system:authenticated'])],
  ])('is nothing for %s', (_, who) => {
    expect(suggestGrant(empty, who, getPods)).toMatchObject({ kind: 'none' });
  });

  test('is cluster-wide for what has no namespace, and for URLs', () => {
    const kinds = { role: { kind: 'ClusterRole' }, binding: { kind: 'ClusterRoleBinding' } };
    expect(
      suggestGrant(empty, impersonated('jane'), { verb: 'get', group: '', resource: 'nodes' }),
    ).toMatchObject(kinds);
    expect(suggestGrant(empty, impersonated('jane'), { verb: 'get', path: '/metrics' })).toMatchObject({
      ...kinds,
      role: { rules: [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }] },
    });
  });

  test('leaves what is there alone', () => {
    const index = indexOf({
      roles: { 'team-a/get-pods': [] },
      roleBindings: { 'team-a/get-pods-2': ['Role/x'] },
    });
    expect(suggestGrant(index, impersonated('jane'), getPods)).toMatchObject({
      role: { metadata: { name: 'get-pods-3' } },
    });
  });

  test('allows what was asked to who asked, and nothing to anybody else', () => {
    fc.assert(
      fc.property(anyWorld(), anyIdentity(), anyQuestion(), anyIdentity(), (world, who, question, other) => {
        const { objects } = readObjects(world);
        const before = createIndex(objects);
        const suggestion = suggestGrant(before, who, question);
        fc.pre(suggestion.kind === 'objects');
        if (suggestion.kind !== 'objects') return;
        const { objects: more, problems } = readObjects([...world, suggestion.role, suggestion.binding]);
        expect(problems).toEqual(readObjects(world).problems);
        const after = createIndex(more);
        const isNameless = 'resource' in question && question.verb === 'create';
        expect(decide(after, who, question).allowed || isNameless).toBe(true);
        fc.pre(
          other.user !== who.user &&
            !other.groups.some((group) => who.groups.includes(group) && !group.startsWith('system:')),
        );
        expect(decide(after, other, question).allowed).toBe(decide(before, other, question).allowed);
      }),
    );
  });
});
