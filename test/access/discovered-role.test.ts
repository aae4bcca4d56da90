import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RoleFilter, toDiscoveredRules } from '../../src/access/discovered-role.ts';
import { listBuiltinResources } from '../../src/access/resources/builtin.ts';
import type { ApiResource } from '../../src/kube/api-resource.ts';
import { matchesRule } from '../../src/rbac/match/rule.ts';
import type { PolicyRule } from '../../src/rbac/objects.ts';

const BUILTIN = listBuiltinResources();
const ALL: RoleFilter = { verbs: undefined, groups: undefined, scope: 'all', isLeftOut: () => false };

interface Atom {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
}

function listAtoms(resources: readonly ApiResource[]): readonly Atom[] {
  return resources.flatMap(({ group, resource, verbs, subresources }) => [
    ...verbs.map((verb) => ({ group, resource, verb })),
    ...subresources.flatMap(({ name, verbs: own }) =>
      own.map((verb) => ({ group, resource, subresource: name, verb })),
    ),
  ]);
}

const allows = (rules: readonly PolicyRule[], atom: Atom): boolean =>
  rules.some((rule) => matchesRule(rule, atom));

const toLine = ({ group, resource, subresource, verb }: Atom): string =>
  `${verb} ${group} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;

const listGranted = ({ apiGroups = [], resources = [], verbs }: PolicyRule): readonly string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => toLine({ group, resource, verb }))),
  );

const WORD = fc.constantFrom('pods', 'jobs', 'a-b', '*', 'pods/*', 'x*', 'status', '', 'get', '‮');
const VERB = fc.constantFrom('get', 'list', 'create', '*', 'watch', 'g*');
const RESOURCE: fc.Arbitrary<ApiResource> = fc.record({
  group: fc.constantFrom('', 'apps', '*', 'x.io'),
  version: fc.constant('v1'),
  resource: WORD,
  kind: fc.constant(''),
  singular: fc.constant(''),
  shortNames: fc.constant([]),
  namespaced: fc.boolean(),
  verbs: fc.array(VERB, { maxLength: 4 }),
  subresources: fc.array(fc.record({ name: WORD, verbs: fc.array(VERB, { maxLength: 3 }) }), {
    maxLength: 3,
  }),
});

describe('rules from discovery', () => {
  test('allow everything that the API has, and nothing that it has not', () => {
    const { rules, connections } = toDiscoveredRules(BUILTIN, ALL);
    expect(connections).toEqual([]);
    for (const atom of listAtoms(BUILTIN)) expect([atom, allows(rules, atom)]).toEqual([atom, true]);
    expect(allows(rules, { group: '', resource: 'pods', verb: 'impersonate' })).toBe(false);
    expect(allows(rules, { group: '', resource: 'pods', subresource: 'log', verb: 'create' })).toBe(false);
    expect(allows(rules, { group: 'apps', resource: 'pods', verb: 'get' })).toBe(false);
    expect(allows(rules, { group: '', resource: 'users', verb: 'impersonate' })).toBe(false);
  });

  test('allow, of what is asked for, all but connections that get would open', () => {
    const { rules, connections, readsSecrets } = toDiscoveredRules(BUILTIN, {
      ...ALL,
      verbs: ['get', 'list', 'watch'],
    });
    expect(readsSecrets).toBe(true);
    expect(connections.toSorted()).toEqual([
      'nodes/proxy',
      'pods/attach',
      'pods/exec',
      'pods/portforward',
      'pods/proxy',
      'services/proxy',
    ]);
    for (const atom of listAtoms(BUILTIN)) {
      const what = `${atom.resource}/${atom.subresource}`;
      const wanted = /^(?:get|list|watch)$/.test(atom.verb) && !connections.includes(what);
      expect([atom, allows(rules, atom)]).toEqual([atom, wanted]);
    }
  });

  test.each([
    ['namespaced', true],
    ['cluster', false],
  ] as const)('are of one scope where it is asked for: %s', (scope, namespaced) => {
    const { rules } = toDiscoveredRules(BUILTIN, { ...ALL, scope });
    for (const each of BUILTIN)
      expect(allows(rules, { ...each, verb: each.verbs[0] ?? '' })).toBe(each.namespaced === namespaced);
  });

  test('are of some groups, and without what is left out', () => {
    const { rules, readsSecrets } = toDiscoveredRules(BUILTIN, {
      ...ALL,
      groups: ['', 'batch'],
      isLeftOut: ({ resource }, part) => resource === 'secrets' || part === 'exec',
    });
    expect(readsSecrets).toBe(false);
    expect(new Set(rules.flatMap(({ apiGroups }) => apiGroups))).toEqual(new Set(['', 'batch']));
    const text = JSON.stringify(rules);
    expect(text).not.toMatch(/"secrets"|pods\/exec/);
    expect(text).toMatch(/pods\/log/);
  });

  test('never hold a wildcard, nor grant what discovery has not, whoever serves it', () => {
    fc.assert(
      fc.property(fc.array(RESOURCE, { maxLength: 8 }), fc.option(fc.array(VERB)), (resources, verbs) => {
        const { rules } = toDiscoveredRules(resources, { ...ALL, verbs: verbs ?? undefined });
        expect(JSON.stringify(rules)).not.toContain('*');
        const served = listAtoms(resources).map(toLine);
        expect(served).toEqual(expect.arrayContaining(rules.flatMap(listGranted)));
        expect(rules.every((rule) => rule.verbs.length > 0)).toBe(true);
      }),
    );
  });
});
