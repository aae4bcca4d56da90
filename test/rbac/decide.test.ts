import { describe, expect, test } from 'vitest';
import { decide } from '../../src/rbac/decide.ts';
import { impersonated, serviceAccountIdentity } from '../../src/rbac/identity.ts';
import type { Question } from '../../src/rbac/question.ts';
import { account, group, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const READ_PODS = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const METRICS = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
const getPods = (namespace?: string): Question => ({
  verb: 'get',
  group: '',
  resource: 'pods',
  ...(namespace !== undefined && { namespace }),
});

const index = indexOf({
  clusterRoles: {
    'pod-reader': [READ_PODS, METRICS],
    everything: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  },
  roles: { 'team-a/gone-elsewhere': [READ_PODS], 'team-b/own': [READ_PODS] },
  clusterRoleBindings: {
    ops: ['ClusterRole/pod-reader', group('ops'), user('olga')],
    'all-accounts-of-c': ['ClusterRole/pod-reader', group('system:serviceaccounts:team-c')],
  },
  roleBindings: {
    'team-a/dev': ['ClusterRole/pod-reader', group('dev'), user('jane'), account('ci')],
    'team-a/by-name': ['ClusterRole/pod-reader', user('system:serviceaccount:team-b:deployer')],
    'team-b/missing': ['Role/gone-elsewhere', user('jane')],
    'team-b/nobody': ['Role/own'],
    'team-b/own': ['Role/own', user('a b:c'), group('Dev')],
  },
});

function isAllowed(who: ReturnType<typeof impersonated>, question: Question): boolean {
  return decide(index, who, question).allowed;
}

describe('who is allowed', () => {
  test.each<[string, ReturnType<typeof impersonated>, Question, boolean]>([
    ['a user of a RoleBinding, in its namespace', impersonated('jane'), getPods('team-a'), true],
    ['not in another', impersonated('jane'), getPods('team-c'), false],
    ['not cluster-wide', impersonated('jane'), getPods(), false],
    ['a group of a RoleBinding', impersonated('x', ['dev']), getPods('team-a'), true],
    ['not a group in another case', impersonated('x', ['Dev']), getPods('team-a'), false],
    ['whoever is in a group', impersonated(undefined, ['dev']), getPods('team-a'), true],
    ['nobody in particular is no user', impersonated(undefined, ['jane']), getPods('team-a'), false],
    ['a ClusterRoleBinding in every namespace', impersonated('olga'), getPods('team-a'), true],
    ['and cluster-wide', impersonated('olga'), getPods(), true],
    [
      "an account without a namespace is the binding's",
      serviceAccountIdentity('team-a', 'ci'),
      getPods('team-a'),
      true,
    ],
    ['and no other', serviceAccountIdentity('team-b', 'ci'), getPods('team-a'), false],
    ['an account by its user name', serviceAccountIdentity('team-b', 'deployer'), getPods('team-a'), true],
    ['an account by its group', serviceAccountIdentity('team-c', 'any'), getPods(), true],
    [
      'an account that has another group has lost its own',
      impersonated('system:serviceaccount:team-c:any', ['x']),
      getPods(),
      false,
    ],
    [
      'an account keeps what its name gives',
      impersonated('system:serviceaccount:team-a:ci', ['x']),
      getPods('team-a'),
      true,
    ],
    ['URLs by a ClusterRoleBinding', impersonated('olga'), { verb: 'get', path: '/metrics' }, true],
    ['no URLs by a RoleBinding', impersonated('jane'), { verb: 'get', path: '/metrics' }, false],
    ['no role of that name elsewhere', impersonated('jane'), getPods('team-b'), false],
    ['names with blanks and colons', impersonated('a b:c'), getPods('team-b'), true],
    ['masters, whatever is bound', impersonated('x', ['system:masters']), getPods('nowhere'), true],
    ['masters, on any URL', impersonated('x', ['system:masters']), { verb: 'post', path: '/anything' }, true],
  ])('%s', (_, who, question, expected) => {
    expect(isAllowed(who, question)).toBe(expected);
  });
});

describe('an answer', () => {
  test('tells every grant, each binding with each rule, in one order', () => {
    const both = impersonated('olga', ['ops', 'dev']);
    const rule = { index: 0, ...READ_PODS };
    const role = { kind: 'ClusterRole', name: 'pod-reader' };
    expect(decide(index, both, getPods('team-a'))).toEqual({
      allowed: true,
      because: [
        { binding: { kind: 'ClusterRoleBinding', name: 'ops' }, role, subject: group('ops'), rule },
        {
          binding: { kind: 'RoleBinding', namespace: 'team-a', name: 'dev' },
          role,
          subject: group('dev'),
          rule,
        },
      ],
      caveats: [],
    });
  });

  test('names the namespace of an account that the binding leaves out', () => {
    const { because } = decide(index, serviceAccountIdentity('team-a', 'ci'), getPods('team-a'));
    expect(because).toMatchObject([{ subject: account('ci', 'team-a') }]);
  });

  test('tells masters beside the bindings that grant as well', () => {
    const { because, caveats } = decide(index, impersonated('olga', ['system:masters']), getPods());
    expect(because).toMatchObject([{ builtin: 'system:masters' }, { binding: { name: 'ops' } }]);
    expect(caveats).toMatchObject([{ code: 'masters' }]);
  });

  test('names a missing role where the answer is no, and only there', () => {
    expect(decide(index, impersonated('jane'), getPods('team-b')).caveats).toEqual([
      {
        code: 'missing-role',
        message: 'RoleBinding team-b/missing gives Role team-b/gone-elsewhere, which is not there',
      },
    ]);
    expect(decide(index, impersonated('jane', ['Dev']), getPods('team-b'))).toMatchObject({
      allowed: true,
      caveats: [],
    });
  });

  test('says of nodes that another authorizer knows more', () => {
    const node = impersonated('system:node:one', ['system:nodes']);
    expect(decide(index, node, getPods()).caveats).toMatchObject([{ code: 'node-authorizer' }]);
    expect(decide(index, impersonated('system:node:one'), getPods()).caveats).toEqual([]);
  });
});
