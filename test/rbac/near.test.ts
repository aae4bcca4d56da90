import { describe, expect, test } from 'vitest';
import { impersonated, serviceAccountIdentity } from '../../src/rbac/identity.ts';
import { findNear } from '../../src/rbac/near.ts';
import type { Question } from '../../src/rbac/question.ts';
import { account, group, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const index = indexOf({
  clusterRoles: { urls: [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/api/*'] }] },
  roles: {
    'team-a/reader': [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
    'team-a/one-secret': [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'] }],
    'team-a/scaler': [{ verbs: ['patch'], apiGroups: ['extensions'], resources: ['deployments'] }],
    'team-a/glob': [{ verbs: ['delete'], apiGroups: [''], resources: ['pods/*', 'Services'] }],
    'team-a/far': [{ verbs: ['create'], apiGroups: ['batch'], resources: ['jobs'] }],
  },
  clusterRoleBindings: { urls: ['ClusterRole/urls', user('jane')] },
  roleBindings: {
    ...Object.fromEntries(
      ['reader', 'one-secret', 'scaler', 'glob', 'far'].map((name) => [
        `team-a/${name}`,
        [`Role/${name}`, user('jane'), group('Dev'), account('ci')] as const,
      ]),
    ),
    'team-a/urls': ['ClusterRole/urls', user('john')],
  },
});

const jane = impersonated('jane');
const inTeamA = { namespace: 'team-a' };
const near = (question: Question, who = jane): string[] =>
  findNear(index, who, question).map(({ field, message }) => `${field}: ${message}`);

describe('what would be allowed but for one field', () => {
  test.each<[string, Question, string]>([
    [
      'the verb',
      { verb: 'watch', group: '', resource: 'pods', ...inTeamA },
      'verb: get, list, but you asked watch',
    ],
    [
      'the namespace',
      { verb: 'get', group: '', resource: 'pods', namespace: 'team-b' },
      'namespace: only in team-a, but you asked in team-b',
    ],
    [
      'the namespace of a cluster-wide question',
      { verb: 'get', group: '', resource: 'pods' },
      'namespace: only in team-a, but you asked cluster-wide',
    ],
    [
      'the name',
      { verb: 'get', group: '', resource: 'secrets', name: 'web', ...inTeamA },
      'name: only db, but you asked web',
    ],
    [
      'a name',
      { verb: 'get', group: '', resource: 'secrets', ...inTeamA },
      'name: only db, but get names none here',
    ],
    [
      'the group',
      { verb: 'patch', group: 'apps', resource: 'deployments', ...inTeamA },
      'group: API group extensions, but you asked apps',
    ],
    [
      'a subresource',
      { verb: 'get', group: '', resource: 'pods', subresource: 'log', ...inTeamA },
      'resource: pods, but you asked pods/log',
    ],
    [
      'a glob that is none',
      { verb: 'delete', group: '', resource: 'pods', ...inTeamA },
      'resource: pods/*, but you asked pods',
    ],
    [
      'capitals',
      { verb: 'delete', group: '', resource: 'services', ...inTeamA },
      'resource: Services, but you asked services',
    ],
    ['the method', { verb: 'post', path: '/metrics' }, 'verb: get, but you asked post'],
    ['what stands before a star', { verb: 'get', path: '/api' }, 'path: /api/*, but you asked /api'],
  ])('%s', (_, question, expected) => {
    expect(near(question)).toContain(expected);
  });

  test('tells the grant that it would be', () => {
    const question = { verb: 'watch', group: '', resource: 'pods', ...inTeamA };
    expect(findNear(index, jane, question)).toMatchObject([
      {
        field: 'verb',
        binding: { kind: 'RoleBinding', namespace: 'team-a', name: 'reader' },
        role: { kind: 'Role', name: 'reader' },
        subject: { kind: 'User', name: 'jane' },
        rule: { index: 0, verbs: ['get', 'list'] },
      },
    ]);
  });

  test('a group in another case, and an account of another namespace', () => {
    const question = { verb: 'get', group: '', resource: 'pods', ...inTeamA };
    expect(near(question, impersonated('x', ['dev']))).toEqual([
      'subject: the group Dev, but you are dev: case counts',
    ]);
    expect(near(question, impersonated('Jane'))).toEqual([
      'subject: the user jane, but you are Jane: case counts',
    ]);
    expect(near(question, serviceAccountIdentity('team-b', 'ci'))).toEqual([
      'subject: the account ci of team-a, but you are system:serviceaccount:team-b:ci',
    ]);
  });

  test('a RoleBinding to URLs', () => {
    expect(near({ verb: 'get', path: '/metrics' }, impersonated('john'))).toEqual([
      'namespace: a RoleBinding gives no URLs: only a ClusterRoleBinding does',
    ]);
  });

  test('nothing that fails in two, and no other resource', () => {
    expect(near({ verb: 'watch', group: '', resource: 'pods', namespace: 'team-b' })).toEqual([]);
    expect(near({ verb: 'create', group: 'batch', resource: 'cronjobs', ...inTeamA })).toEqual([]);
    expect(near({ verb: 'get', group: '', resource: 'configmaps', ...inTeamA })).toEqual([]);
  });
});
