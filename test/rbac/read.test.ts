import { describe, expect, test } from 'vitest';
import { ExplainedError } from '../../src/base/errors.ts';
import { parseDocuments } from '../../src/rbac/read/documents.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import { account, group, type Manifest, toManifest, user } from '../support/rbac/manifests.ts';

const RULE = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const ROLE = toManifest('ClusterRole', 'reader', { rules: [RULE] });
const DEV = toManifest('RoleBinding', 'team-a/dev', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
  subjects: [user('jane'), account('ci')],
});

describe('documents', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [ROLE, DEV] };

  test.each([
    ['a List in JSON', JSON.stringify(list)],
    ['JSON documents after each other', `${JSON.stringify(ROLE)}\n${JSON.stringify(DEV, null, 2)}\n`],
    ['JSON documents with dashes between them', `${JSON.stringify(ROLE)}\n---\n${JSON.stringify(DEV)}`],
    ['YAML documents', `${toYaml(ROLE)}\n---\n# nothing\n---\n${toYaml(DEV)}`],
    ['a byte order mark', `\uFEFF${JSON.stringify(list)}`],
  ])('%s', async (_, text) => {
    const { objects, problems, ignored } = readObjects(await parseDocuments(text));
    expect(problems).toEqual([]);
    expect(ignored).toEqual([]);
    expect(objects.roles).toMatchObject([
      { kind: 'ClusterRole', name: 'reader', rules: [RULE], stored: false },
    ]);
    expect(objects.bindings).toEqual([
      {
        kind: 'RoleBinding',
        namespace: 'team-a',
        name: 'dev',
        role: { kind: 'ClusterRole', name: 'reader' },
        subjects: [user('jane'), account('ci', 'team-a')],
      },
    ]);
  });

  test.each([
    ['nothing', ' \n', /empty/],
    ['neither', '\na: [', /neither JSON nor YAML, at line 2: /],
    ['YAML with a member that is there twice', 'a: 1\nb: 2\na: 3', /^a member is there twice, at line 3/],
    ['a member that is there twice', '{"kind":"List","kind":"Role"}', /twice/],
    ['what nests without an end', '['.repeat(100_000), /nests deeper/],
    ['what nests without an end, in YAML', `a: ${'['.repeat(20_000)}`, /nests too deep/],
    ['aliases that stand for more and more', toBomb(), /aliases stand for too much/],
    [
      'JSON that is cut off',
      JSON.stringify(list, null, 2).slice(0, -9),
      /not JSON at line \d+.*: see that it is whole/,
    ],
    [
      'a stream of JSON that is cut off',
      `${JSON.stringify(ROLE)}\n${JSON.stringify(DEV).slice(0, -9)}`,
      /document 2 of 2 is not JSON/,
    ],
    ['more documents than a cluster has objects', '{}'.repeat(500_001), /more than 500000 documents/],
    ['too much YAML', `a: ${'b'.repeat(16_000_001)}`, /use -o json/],
  ])('%s is refused in a sentence', async (_, text, message) => {
    await expect(parseDocuments(text)).rejects.toThrow(ExplainedError);
    await expect(parseDocuments(text)).rejects.toThrow(message);
  });
});

test('a long text that is cut off is not taken for YAML, which would take minutes', async () => {
  const roles = JSON.stringify({ kind: 'List', items: Array(20_000).fill(ROLE) }, null, 4);
  const start = performance.now();
  await expect(parseDocuments(roles.slice(0, -9))).rejects.toThrow(/see that it is whole/);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test.each(['2024-01-01', '2001-12-14t21:59:43.10-05:00', '12:30', '1:30:45.5'])(
  '%s is a text in YAML, as kubectl has it',
  async (name) => {
    expect(await parseDocuments(`name: ${name}\n`)).toEqual([{ name }]);
  },
);

describe('objects', () => {
  test('of lists of the API server, whose items have no kind', () => {
    const list = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleList',
      items: [{ metadata: { name: 'reader', namespace: 'team-a', uid: 'u1' }, rules: null }],
    };
    expect(readObjects([list]).objects.roles).toEqual([
      { kind: 'Role', namespace: 'team-a', name: 'reader', rules: [], labels: {}, stored: true },
    ]);
  });

  test('of other kinds are handed over as they are', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'aws-auth' } };
    const namesake = { apiVersion: 'example.com/v1', kind: 'Role', metadata: {} };
    const { objects, problems, ignored } = readObjects([map, namesake]);
    expect({ ...objects, problems }).toEqual({
      roles: [],
      bindings: [],
      accounts: [],
      namespaces: [],
      problems: [],
    });
    expect(ignored.map(({ raw }) => raw)).toEqual([map, namesake]);
  });

  test('besides RBAC are ServiceAccounts with their annotations, and namespaces', () => {
    const metadata = { name: 'ci', namespace: 'team-a', annotations: { a: 'b' } };
    const { objects } = readObjects([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
    ]);
    expect(objects.accounts).toEqual([metadata]);
    expect(objects.namespaces).toEqual(['team-a']);
  });

  test('take null for an empty text, as Go does', () => {
    const rules = [{ verbs: [null], apiGroups: [''], resources: ['pods'] }];
    const { objects, problems } = readObjects([
      { ...toManifest('ClusterRole', 'r', { rules }), metadata: { name: 'r', labels: { a: null } } },
    ]);
    expect(problems).toEqual([]);
    expect(objects.roles).toMatchObject([{ labels: { a: '' }, rules: [{ verbs: [''] }] }]);
  });

  test('that are there twice are taken where both say the same, and left out where they differ', () => {
    expect(readObjects([ROLE, structuredClone(ROLE)])).toMatchObject({
      objects: { roles: [{}] },
      problems: [],
    });
    const other = toManifest('ClusterRole', 'reader', { rules: [] });
    const { objects, problems } = readObjects([ROLE, other, ROLE]);
    expect(objects.roles).toEqual([]);
    expect(problems).toMatchObject([
      { object: 'ClusterRole reader', problem: expect.stringContaining('more than once') },
    ]);
  });
});

describe('an object that no API server would have stored is left out by name', () => {
  const bind = (rest: Manifest, kind = 'RoleBinding', path = 'a/b') =>
    toManifest(kind, path, { roleRef: { kind: 'ClusterRole', name: 'r' }, ...rest });
  const role = (rule: Manifest, kind = 'ClusterRole', path = 'r') =>
    toManifest(kind, path, { rules: [rule] });
  const label = (labels: Manifest) => ({
    ...toManifest('ClusterRole', 'r'),
    metadata: { name: 'r', labels },
  });

  test.each<[string, Manifest, string]>([
    ['a Role without a namespace', toManifest('Role', 'r'), 'no namespace'],
    ['a label whose value is none', label({ time: '12:30' }), 'metadata.labels: "12:30" is no value'],
    ['a label whose key is none', label({ 'a b': '' }), 'metadata.labels: "a b" is no key'],
    ['a label whose prefix is none', label({ 'A/b': '' }), 'metadata.labels: "A/b" is no key'],
    [
      'a selector of what no label can be',
      toManifest('ClusterRole', 'r', {
        aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: '', operator: 'Exists' }] }] },
      }),
      'clusterRoleSelectors[0]: matchExpressions[0]: "" is no key',
    ],
    ['a rule without verbs', role({ ...RULE, verbs: [] }), 'rules[0]: verbs is empty'],
    ['verbs that are no texts', role({ ...RULE, verbs: [true] }), 'rules[0]: verbs holds true'],
    ['verbs that are no list', role({ ...RULE, verbs: 'get' }), 'rules[0]: verbs is "get"'],
    ['a rule without groups', role({ verbs: ['get'], resources: ['pods'] }), 'rules[0]: apiGroups is empty'],
    ['a rule without resources', role({ verbs: ['get'], apiGroups: [''] }), 'rules[0]: resources is empty'],
    ['a rule of both kinds', role({ ...RULE, nonResourceURLs: ['/a'] }), 'rules[0]: it has URLs as well'],
    [
      'URLs in a Role',
      role({ verbs: ['get'], nonResourceURLs: ['/a'] }, 'Role', 'a/r'),
      'only a ClusterRole',
    ],
    ['a name that is no path segment', toManifest('ClusterRole', 'a%b'), 'holds / or %'],
    ['no name', { ...ROLE, metadata: {} }, 'metadata.name is empty'],
    ['an older version', { ...ROLE, apiVersion: 'rbac.authorization.k8s.io/v1beta1' }, 'its apiVersion is'],
    ['rules that are no objects', { ...ROLE, rules: ['get'] }, 'rules[0]: it is "get"'],
    ['aggregation of nothing', { ...ROLE, aggregationRule: {} }, 'no clusterRoleSelectors'],
    [
      'an operator that is none',
      {
        ...ROLE,
        aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Is' }] }] },
      },
      'operator is "Is"',
    ],
    [
      'In without values',
      {
        ...ROLE,
        aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] },
      },
      'In needs values',
    ],
    ['no roleRef', bind({ roleRef: null }), 'roleRef: kind is ""'],
    [
      'a Role in a ClusterRoleBinding',
      bind({ roleRef: { kind: 'Role', name: 'r' } }, 'ClusterRoleBinding', 'b'),
      'ClusterRole here',
    ],
    [
      'a roleRef of another group',
      bind({ roleRef: { apiGroup: 'x', kind: 'Role', name: 'r' } }),
      'roleRef: apiGroup is "x"',
    ],
    [
      'an account without a namespace',
      bind({ subjects: [account('ci')] }, 'ClusterRoleBinding', 'b'),
      'subjects[0]: a ServiceAccount needs',
    ],
    [
      'an account that cannot be',
      bind({ subjects: [account('C I', 'a')] }),
      'no ServiceAccount can be called',
    ],
    [
      'a subject of another kind',
      bind({ subjects: [{ kind: 'Team', name: 'x' }] }),
      'subjects[0]: kind is "Team"',
    ],
    ['a subject without a name', bind({ subjects: [group('')] }), 'subjects[0]: name is empty'],
    [
      'a user of another group',
      bind({ subjects: [{ ...user('x'), apiGroup: 'x' }] }),
      'subjects[0]: apiGroup is "x"',
    ],
  ])('%s', (_, manifest, problem) => {
    const { objects, problems } = readObjects([manifest]);
    expect([...objects.roles, ...objects.bindings]).toEqual([]);
    expect(problems).toEqual([
      { object: expect.stringMatching(/^(Cluster)?Role/), problem: expect.stringContaining(problem) },
    ]);
  });

  test('what is no object has its place', () => {
    expect(readObjects([{ kind: 'List', items: [3] }, 'text']).problems.map(({ object }) => object)).toEqual([
      'document 1, items[0]',
      'document 2',
    ]);
  });

  test('names that a terminal would obey are escaped', () => {
    const { problems } = readObjects([{ ...toManifest('ClusterRole', 'x\u001b[2J\u202e'), rules: [3] }]);
    expect(problems[0]?.object).toBe('ClusterRole "x\\u001b[2J\\u202e"');
  });
});

/** JSON is YAML; as block style, so that only a YAML parser takes it. */
function toYaml(value: Manifest): string {
  return Object.entries(value)
    .map(([key, member]) => `${key}: ${JSON.stringify(member)}`)
    .join('\n');
}

function toBomb(): string {
  const lines = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x]' : `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
  );
  return lines.join('\n');
}
