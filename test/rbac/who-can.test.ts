import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/rbac/question.ts';
import { type WhoCanOptions, whoCan } from '../../src/rbac/who-can.ts';
import { account, group, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const secrets = (verbs: string[], resourceNames?: string[]) => ({
  verbs,
  apiGroups: [''],
  resources: ['secrets'],
  ...(resourceNames && { resourceNames }),
});

const index = indexOf({
  clusterRoles: {
    'secret-reader': [secrets(['get', 'list'])],
    'one-secret': [secrets(['get', 'create'], ['db', 'api'])],
    scaler: [{ verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] }],
    urls: [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }],
  },
  clusterRoleBindings: {
    vault: ['ClusterRole/secret-reader', user('vault')],
    'vault-one': ['ClusterRole/one-secret', user('vault'), user('olga')],
    masters: ['ClusterRole/secret-reader', group('system:masters')],
    gone: ['ClusterRole/gone', user('nobody')],
    urls: ['ClusterRole/urls', user('scraper')],
  },
  roleBindings: {
    'team-a/dev': ['ClusterRole/secret-reader', group('dev'), account('ci')],
    'team-b/dev': ['ClusterRole/secret-reader', group('dev')],
    'team-c/dev': ['ClusterRole/one-secret', group('dev')],
    'team-a/urls': ['ClusterRole/urls', user('jane')],
    'team-a/scale': ['ClusterRole/scaler', account('ci', 'team-b')],
  },
});

function list(question: Question, options?: WhoCanOptions): string[] {
  return whoCan(index, question, options).subjects.map(({ subject, scope, names }) => {
    const name = subject.namespace === undefined ? subject.name : `${subject.namespace}:${subject.name}`;
    const where = [...(scope.cluster ? ['cluster'] : []), ...scope.namespaces].join(',');
    return `${subject.kind} ${name} in ${where}${names === undefined ? '' : ` only ${names.join(',')}`}`;
  });
}

const MASTERS = 'Group system:masters in cluster';
const getSecrets = { verb: 'get', group: '', resource: 'secrets' };

describe('who can', () => {
  test('cluster-wide: no RoleBinding counts, and who may read some secrets is said so', () => {
    expect(list(getSecrets)).toEqual([MASTERS, 'User olga in cluster only api,db', 'User vault in cluster']);
  });

  test('in one namespace', () => {
    expect(list({ ...getSecrets, namespace: 'team-a' })).toEqual([
      'Group dev in team-a',
      MASTERS,
      'User olga in cluster only api,db',
      'User vault in cluster',
      'ServiceAccount team-a:ci in team-a',
    ]);
  });

  test('anywhere: with all namespaces, and names apart from all', () => {
    expect(list(getSecrets, { anywhere: true })).toEqual([
      'Group dev in team-a,team-b',
      'Group dev in team-c only api,db',
      MASTERS,
      'User olga in cluster only api,db',
      'User vault in cluster',
      'ServiceAccount team-a:ci in team-a',
    ]);
  });

  test('one object', () => {
    expect(list({ ...getSecrets, name: 'db' })).toEqual([
      MASTERS,
      'User olga in cluster',
      'User vault in cluster',
    ]);
    expect(list({ ...getSecrets, name: 'web' })).toEqual([MASTERS, 'User vault in cluster']);
  });

  test('what is created has no name yet', () => {
    expect(list({ ...getSecrets, verb: 'create' })).toEqual([MASTERS]);
  });

  test('subresources of anything, and URLs, which no RoleBinding gives', () => {
    const scale = { verb: 'update', group: 'apps', resource: 'deployments', subresource: 'scale' };
    expect(list({ ...scale, namespace: 'team-a' })).toEqual([MASTERS, 'ServiceAccount team-b:ci in team-a']);
    expect(list({ verb: 'get', path: '/metrics' }, { anywhere: true })).toEqual([
      MASTERS,
      'User scraper in cluster',
    ]);
  });

  test('tells every grant, the built-in one beside those of bindings', () => {
    const [masters] = whoCan(index, getSecrets).subjects;
    expect(masters?.because).toMatchObject([{ builtin: 'system:masters' }, { binding: { name: 'masters' } }]);
  });
});
