import { describe, expect, test } from 'vitest';
import { createIndex } from '../../src/rbac/bindings-index.ts';
import { decide } from '../../src/rbac/decide.ts';
import { impersonated } from '../../src/rbac/identity.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import { type Manifest, toManifest, user } from '../support/rbac/manifests.ts';

const rule = (resource: string) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });

interface RoleOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly selectors?: readonly Manifest[];
  readonly rules?: readonly Manifest[];
  readonly uid?: string;
}

function role(name: string, { labels, selectors, rules = [], uid }: RoleOptions): Manifest {
  return {
    ...toManifest('ClusterRole', name),
    metadata: { name, labels, uid },
    rules,
    ...(selectors && { aggregationRule: { clusterRoleSelectors: selectors } }),
  };
}

/** What is allowed to somebody who is bound to this role. */
function resourcesOf(name: string, roles: readonly Manifest[]): string[] {
  const bound = toManifest('ClusterRoleBinding', 'b', {
    roleRef: { kind: 'ClusterRole', name },
    subjects: [user('jane')],
  });
  const { objects, problems } = readObjects([...roles, bound]);
  expect(problems).toEqual([]);
  const index = createIndex(objects);
  const asked = ['pods', 'secrets', 'nodes', 'services'];
  return asked.filter(
    (resource) => decide(index, impersonated('jane'), { verb: 'get', group: '', resource }).allowed,
  );
}

const to = (name: string) => ({ [`aggregate-to-${name}`]: 'true' });
const from = (name: string) => [{ matchLabels: to(name) }];

describe('roles that no server has stored', () => {
  test('have the rules of a chain that is three deep', () => {
    const roles = [
      role('admin', { selectors: from('admin') }),
      role('edit', { selectors: from('edit'), labels: to('admin') }),
      role('view', { selectors: from('view'), labels: to('edit') }),
      role('leaf', { labels: to('view'), rules: [rule('pods')] }),
    ];
    expect(resourcesOf('admin', roles)).toEqual(['pods']);
    expect(resourcesOf('admin', roles.toReversed())).toEqual(['pods']);
  });

  test('have the rules of a chain, however long', () => {
    const links = Array.from({ length: 60 }, (_, link) =>
      role(`link-${link}`, { selectors: from(`${link}`), labels: to(`${link + 1}`) }),
    );
    const leaf = role('leaf', { labels: to('0'), rules: [rule('pods')] });
    expect(resourcesOf('link-59', [...links, leaf])).toEqual(['pods']);
  });

  test('are refused where they all take the rules of each other, and would take hours', () => {
    const roles = Array.from({ length: 250 }, (_, place) =>
      role(`r${place}`, { selectors: [{}], rules: [rule(`r${place}`)] }),
    );
    expect(() => resourcesOf('r1', roles)).toThrow(/take too many rules of each other/);
  });

  test('lose rules that were written by hand', () => {
    const roles = [
      role('view', { selectors: from('view'), rules: [rule('secrets')] }),
      role('leaf', { labels: to('view'), rules: [rule('pods')] }),
    ];
    expect(resourcesOf('view', roles)).toEqual(['pods']);
  });

  test('keep rules that were written by hand where nothing is selected that has any, as the controller does', () => {
    const roles = [
      role('view', { selectors: from('view'), rules: [rule('secrets')] }),
      role('leaf', { labels: to('view') }),
    ];
    expect(resourcesOf('view', roles)).toEqual(['secrets']);
  });

  test('may stand in a circle', () => {
    const roles = [
      role('a', { selectors: from('a'), labels: to('b') }),
      role('b', { selectors: from('b'), labels: to('a') }),
      role('leaf', { labels: to('a'), rules: [rule('pods')] }),
    ];
    expect(resourcesOf('b', roles)).toEqual(['pods']);
  });

  test.each<[string, Manifest, string[]]>([
    ['an empty selector takes everything', {}, ['pods', 'secrets', 'nodes']],
    ['In', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['x', 'y'] }] }, ['pods', 'secrets']],
    [
      'NotIn also takes what has no such label',
      { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['x'] }] },
      ['secrets', 'nodes'],
    ],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, ['pods', 'secrets']],
    ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, ['nodes']],
    [
      'all requirements at once',
      { matchLabels: { tier: 'x' }, matchExpressions: [{ key: 'other', operator: 'Exists' }] },
      [],
    ],
    ['no label that every object has', { matchLabels: { constructor: 'x' } }, []],
  ])('%s', (_, selector, expected) => {
    const roles = [
      role('all', { selectors: [selector] }),
      role('one', { labels: { tier: 'x' }, rules: [rule('pods')] }),
      role('two', { labels: { tier: 'y' }, rules: [rule('secrets')] }),
      role('three', { rules: [rule('nodes')] }),
    ];
    expect(resourcesOf('all', roles)).toEqual(expected);
  });

  test('take what meets any of several selectors', () => {
    const roles = [
      role('all', { selectors: [...from('a'), ...from('b')] }),
      role('one', { labels: to('a'), rules: [rule('pods')] }),
      role('two', { labels: to('b'), rules: [rule('secrets')] }),
    ];
    expect(resourcesOf('all', roles)).toEqual(['pods', 'secrets']);
  });
});

test('roles that a server has stored have the rules that it stored', () => {
  const roles = [
    role('view', { selectors: from('view'), rules: [rule('services')], uid: 'u' }),
    role('leaf', { labels: to('view'), rules: [rule('pods')], uid: 'v' }),
  ];
  expect(resourcesOf('view', roles)).toEqual(['services']);
});
