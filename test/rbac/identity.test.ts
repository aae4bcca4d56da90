import { expect, test } from 'vitest';
import {
  authenticatedIdentity,
  impersonated,
  parseAccountUser,
  serviceAccountIdentity,
} from '../../src/rbac/identity.ts';

const CI = 'system:serviceaccount:team-a:ci';
const CI_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:team-a', 'system:authenticated'];

test.each<[string, string | undefined, string[], string[]]>([
  ['a user', 'jane', [], ['system:authenticated']],
  ['a user with groups', 'jane', ['dev'], ['dev', 'system:authenticated']],
  ['a user who is said to be authenticated', 'jane', ['system:authenticated'], ['system:authenticated']],
  ['a user who is said not to be', 'jane', ['system:unauthenticated'], ['system:unauthenticated']],
  ['an account', CI, [], CI_GROUPS],
  ['an account with a group, which is then the only one', CI, ['x'], ['x', 'system:authenticated']],
  ['what is no account', 'system:serviceaccount:team-a', [], ['system:authenticated']],
  ['nobody', 'system:anonymous', [], ['system:unauthenticated']],
  ['nobody with groups', 'system:anonymous', ['x'], ['x', 'system:unauthenticated']],
  ['any member of groups', undefined, ['dev'], ['dev', 'system:authenticated']],
])('impersonation of %s', (_, as, asGroups, groups) => {
  expect(impersonated(as, asGroups)).toEqual(as === undefined ? { groups } : { user: as, groups });
});

test('an account has the groups of its namespace', () => {
  expect(serviceAccountIdentity('team-a', 'ci')).toEqual({ user: CI, groups: CI_GROUPS });
});

test('a user who is authenticated is said to be so once', () => {
  expect(authenticatedIdentity('jane', ['dev']).groups).toEqual(['dev', 'system:authenticated']);
  expect(authenticatedIdentity('jane', ['system:authenticated']).groups).toEqual(['system:authenticated']);
});

test.each([
  ['system:serviceaccount:a:b', { namespace: 'a', name: 'b' }],
  ['system:serviceaccount:a:b.c', { namespace: 'a', name: 'b.c' }],
  ['system:serviceaccount:a.b:c', undefined],
  ['system:serviceaccount:a:b:c', undefined],
  ['system:serviceaccount:A:b', undefined],
  ['system:serviceaccounts:a', undefined],
])('the account behind %s', (name, account) => {
  expect(parseAccountUser(name)).toEqual(account);
});
