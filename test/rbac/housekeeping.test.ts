import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/access/resources/catalogue.ts';
import { toKnownResources } from '../../src/access/resources/known-resources.ts';
import { createIndex } from '../../src/rbac/bindings-index.ts';
import type { MappedGroups } from '../../src/rbac/findings/housekeeping/groups.ts';
import { HOUSEKEEPING } from '../../src/rbac/findings/housekeeping.ts';
import { findRbacFindings } from '../../src/rbac/findings.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import {
  account,
  type ClusterOptions,
  group,
  type Manifest,
  type RawRule,
  toDocuments,
  toManifest,
  user,
} from '../support/rbac/manifests.ts';

const resources = toKnownResources(createCatalogue(undefined));
const PODS: RawRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

function find(documents: readonly Manifest[], mapped?: MappedGroups): string[] {
  const { objects, problems } = readObjects(documents);
  const found = findRbacFindings(createIndex(objects, problems), { resources, ...(mapped && { mapped }) });
  return found
    .filter(({ code }) => code in HOUSEKEEPING)
    .map(({ code, where, what }) => `${code} | ${where} | ${what}`);
}

const findIn = (options: ClusterOptions, mapped?: MappedGroups) => find(toDocuments(options), mapped);

describe('bindings', () => {
  test('to a role that is not there', () => {
    expect(
      findIn({
        roles: { 'team-b/gone': [PODS] },
        roleBindings: { 'team-a/b': ['Role/gone', user('jane')], 'team-b/b': ['Role/gone', user('x')] },
      }),
    ).toEqual(['dangling-role-ref | RoleBinding team-a/b | it gives Role team-a/gone, which is not there']);
  });

  test('for nobody', () => {
    expect(findIn({ roles: { 'a/r': [PODS] }, roleBindings: { 'a/b': ['Role/r'] } })).toEqual([
      'no-subjects | RoleBinding a/b | it gives Role a/r to nobody',
    ]);
  });

  test('for an account that is not there, where accounts are known at all', () => {
    const bound = toDocuments({
      roles: { 'a/r': [PODS] },
      roleBindings: { 'a/b': ['Role/r', account('ci')] },
    });
    const other = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'a', name: 'default' } };
    expect(find(bound)).toEqual([]);
    expect(find([...bound, other])).toEqual([
      'missing-account | RoleBinding a/b | there is no ServiceAccount a/ci, and it is bound',
    ]);
  });

  test('that say what another says, in one namespace or in all', () => {
    expect(
      findIn({
        clusterRoles: { r: [PODS] },
        clusterRoleBindings: { wide: ['ClusterRole/r', group('ops')] },
        roleBindings: {
          'a/one': ['ClusterRole/r', user('jane')],
          'a/two': ['ClusterRole/r', user('jane'), user('jane')],
          'b/one': ['ClusterRole/r', user('jane'), group('ops')],
        },
      }),
    ).toEqual([
      'duplicate-grant | RoleBinding a/two | it gives User jane what RoleBinding a/one → ClusterRole r gives already',
      'duplicate-grant | RoleBinding a/two | it gives User jane what RoleBinding a/one → ClusterRole r gives already',
      'duplicate-grant | RoleBinding b/one | it gives Group ops what ClusterRoleBinding wide → ClusterRole r gives already',
    ]);
  });
});

describe('roles', () => {
  const labelled = (name: string, labels: Manifest, rest: Manifest = {}, uid?: string): Manifest => ({
    ...toManifest('ClusterRole', name, { rules: [PODS] }),
    ...rest,
    metadata: { name, labels, ...(uid !== undefined && { uid }) },
  });
  const collects = {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: 'wide' } }] },
    rules: [],
  };
  const bind = (name: string) =>
    toManifest('ClusterRoleBinding', 'b', {
      roleRef: { kind: 'ClusterRole', name },
      subjects: [user('jane')],
    });

  test('that nothing binds', () => {
    expect(findIn({ clusterRoles: { r: [PODS] } })).toEqual([
      'unbound-role | ClusterRole r | no binding gives it, and no role takes its rules',
    ]);
  });

  test('that every API server has are bound by whoever needs them', () => {
    expect(findIn({ clusterRoles: { view: [PODS] } })).toEqual([]);
  });

  test('that widen an aggregated role which is bound', () => {
    const roles = [labelled('wide', {}, collects), labelled('leaf', { into: 'wide' })];
    expect(find([...roles, bind('wide')])).toEqual([
      'aggregation-widens | ClusterRole leaf | its labels put its rules into ClusterRole wide, and so into every binding of that',
    ]);
    expect(find(roles)).toEqual([
      'unbound-role | ClusterRole wide | no binding gives it, and no role takes its rules',
    ]);
  });

  test('whose stored rules are not those that they select', () => {
    const stored = (rules: readonly RawRule[]) => [
      labelled('wide', {}, { ...collects, rules }, 'u'),
      labelled('leaf', { into: 'wide' }, {}, 'v'),
      bind('leaf'),
    ];
    const codes = (rules: readonly RawRule[]) => find(stored(rules)).map((line) => line.split(' ')[0]);
    expect(codes([PODS])).toEqual(['unbound-role']);
    expect(codes([])).toEqual(['aggregation-differs', 'unbound-role']);
  });

  test('that were left out', () => {
    expect(find([toManifest('Role', 'r')])).toEqual([
      'object-left-out | Role r | it has no namespace: write metadata.namespace',
    ]);
  });
});

describe('a rule that matches nothing', () => {
  const AUTHN = 'authentication.k8s.io';
  const rule = (rest: Partial<Record<string, readonly string[]>>): RawRule =>
    ({ ...PODS, ...rest }) as RawRule;

  test.each<[RawRule, string]>([
    [rule({ apiGroups: ['core'] }), 'the group core is called ""'],
    [
      rule({ apiGroups: ['apps/v1'], resources: ['deployments'] }),
      'the group apps/v1 has its version with it: leave that out',
    ],
    [
      rule({ resources: ['pods/*'] }),
      'the resource pods/* is no pattern: write each subresource, or * for all of everything',
    ],
    [rule({ resources: ['pod*'] }), 'the resource pod* is no pattern: write each resource, or *'],
    [rule({ resources: ['Pods'] }), 'the resource Pods has capitals, and case counts'],
    [rule({ resources: ['po'] }), 'there is no resource po in the core group: did you mean pods?'],
    [
      rule({ resources: ['deployments'] }),
      'there is no resource deployments in the core group: it is in apps',
    ],
    [
      rule({ resources: ['secretz'] }),
      'there is no resource secretz in the core group: did you mean secrets?',
    ],
    [rule({ verbs: ['get*'] }), 'the verb get* is no pattern: write each verb, or *'],
    [rule({ verbs: ['Get'] }), 'the verb Get has capitals, and case counts'],
    [rule({ verbs: ['post'] }), 'the verb post is a method of HTTP: write create'],
    [
      rule({ resourceNames: ['*'] }),
      'the name * is a name like any other: leave resourceNames out for all of them',
    ],
    [
      rule({ verbs: ['create'], resourceNames: ['a'] }),
      'a request to create has no name, so that resourceNames keep it out',
    ],
    [
      rule({ verbs: ['list'], resourceNames: ['a'] }),
      'list match only a request with the field selector metadata.name, since resourceNames are given',
    ],
    [{ verbs: ['list'], nonResourceURLs: ['/a'] }, 'URLs have methods of HTTP for verbs, not list'],
    [{ verbs: ['get'], nonResourceURLs: ['a'] }, 'the URL a does not begin with /'],
    [{ verbs: ['get'], nonResourceURLs: ['/a*/b'] }, 'the URL /a*/b has a star that is not at its end'],
  ])('%o', (bad, what) => {
    expect(
      findIn({ clusterRoles: { r: [PODS, bad] }, clusterRoleBindings: { b: ['ClusterRole/r', user('x')] } }),
    ).toEqual([`rule-never-matches | ClusterRole r, rules[1] | ${what}`]);
  });

  test.each<[string, RawRule]>([
    ['of a group that is not built in', rule({ apiGroups: ['example.com'], resources: ['po'] })],
    ['beside a group that is not', rule({ apiGroups: ['', 'example.com'], resources: ['widgets'] })],
    [
      'of two groups of which one has it',
      rule({ apiGroups: ['', 'apps'], resources: ['pods', 'deployments'] }),
    ],
    ['of impersonation', rule({ verbs: ['impersonate'], resources: ['users', 'groups'] })],
    [
      'of constrained impersonation of accounts',
      rule({ verbs: ['impersonate:serviceaccount'], apiGroups: [AUTHN], resources: ['serviceaccounts'] }),
    ],
    [
      'of constrained impersonation of the own node, whose name is a star',
      {
        ...rule({ verbs: ['impersonate:associated-node'], apiGroups: [AUTHN] }),
        ...{ resources: ['nodes'], resourceNames: ['*'] },
      },
    ],
    [
      'of constrained impersonation with whatever is known of somebody',
      rule({ verbs: ['impersonate:user-info'], apiGroups: [AUTHN], resources: ['userextras/*'] }),
    ],
    [
      'of audiences of tokens',
      rule({ verbs: ['request-serviceaccounts-token-audience'], resources: ['Vault', 'https://sts/*'] }),
    ],
    ['of finalizers, which controllers ask', rule({ verbs: ['update'], resources: ['pods/finalizers'] })],
    ['of any subresource', rule({ apiGroups: ['*'], resources: ['*/scale'] })],
    [
      'of a subresource that is created of a name',
      rule({ verbs: ['create'], resources: ['serviceaccounts/token'], resourceNames: ['ci'] }),
    ],
    ['of requests without a name', rule({ verbs: ['create', 'list'], resourceNames: [''] })],
    ['of URLs', { verbs: ['get', 'post'], nonResourceURLs: ['/healthz*', '*'] }],
  ])('is none %s', (_, good) => {
    expect(
      findIn({ clusterRoles: { r: [good] }, clusterRoleBindings: { b: ['ClusterRole/r', user('x')] } }),
    ).toEqual([]);
  });

  test('URLs that only RoleBindings give', () => {
    const urls = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
    expect(
      findIn({ clusterRoles: { r: [urls] }, roleBindings: { 'a/b': ['ClusterRole/r', user('x')] } }),
    ).toEqual([
      'rule-never-matches | ClusterRole r, rules[0] | it has URLs, and the role is bound by RoleBindings alone, which give none',
    ]);
  });
});

describe('groups, held against mappings', () => {
  const mapped: MappedGroups = {
    gives: (name) => ['Dev', 'ops'].includes(name) || name.startsWith('team:'),
    names: ['Dev', 'ops', 'system:masters'],
  };
  const bound = {
    clusterRoles: { r: [PODS] },
    clusterRoleBindings: {
      b: ['ClusterRole/r', group('dev'), group('team:x'), group('system:serviceaccounts')] as const,
    },
  };

  test('that are given and not bound, and bound and not given', () => {
    expect(findIn(bound, mapped)).toEqual([
      'unmapped-group | Group dev | it is bound, and no mapping gives it; a mapping gives Dev, and case counts',
      'unbound-group | Group Dev | a mapping gives it, and no binding knows it',
      'unbound-group | Group ops | a mapping gives it, and no binding knows it',
    ]);
  });

  test('are not looked at where no mapping is known', () => {
    expect(findIn(bound)).toEqual([]);
  });
});
