import { expect, test } from 'vitest';
import { impersonated } from '../../src/rbac/identity.ts';
import { listRights } from '../../src/rbac/rights.ts';
import { group, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const PODS = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const URLS = { verbs: ['get'], nonResourceURLs: ['/metrics'] };

const index = indexOf({
  clusterRoles: { reader: [PODS, URLS], urls: [URLS] },
  roles: { 'team-a/own': [PODS] },
  clusterRoleBindings: { all: ['ClusterRole/reader', group('ops')] },
  roleBindings: {
    'team-a/one': ['ClusterRole/reader', user('jane')],
    'team-a/two': ['Role/own', user('jane')],
    'team-b/three': ['ClusterRole/reader', user('jane'), group('ops')],
    'team-b/gone': ['Role/gone', user('jane')],
  },
});

test('a rule is listed once, with all that gives it, and URLs only where they count', () => {
  const { rights, caveats } = listRights(index, impersonated('jane'), { namespace: 'team-a' });
  expect(rights).toMatchObject([
    {
      rule: PODS,
      cluster: false,
      namespaces: ['team-a'],
      because: [{ binding: { name: 'one' } }, { binding: { name: 'two' } }],
    },
  ]);
  expect(caveats).toEqual([]);
});

test('all over, every namespace is named', () => {
  const { rights, caveats } = listRights(index, impersonated('jane', ['ops']), 'everywhere');
  expect(rights).toMatchObject([
    { rule: PODS, cluster: true, namespaces: ['team-a', 'team-b'] },
    { rule: URLS, cluster: true, namespaces: [] },
  ]);
  expect(caveats).toMatchObject([{ code: 'missing-role' }]);
});

test('cluster-wide, RoleBindings count for nothing', () => {
  expect(listRights(index, impersonated('jane'), 'cluster').rights).toEqual([]);
});
