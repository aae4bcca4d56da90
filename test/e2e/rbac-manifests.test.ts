import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseDocuments } from '../../src/rbac/read/documents.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';

const HEAD = 'apiVersion: rbac.authorization.k8s.io/v1\n';
const role = (rest: string, metadata = '{name: r}'): string =>
  `${HEAD}kind: ClusterRole\nmetadata: ${metadata}\n${rest}\n`;
const namespaced = (rest: string): string =>
  `${HEAD}kind: Role\nmetadata: {name: r, namespace: default}\n${rest}\n`;
const binding = (subject: string, ref = '{kind: ClusterRole, name: view}'): string =>
  `${HEAD}kind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: ${ref}\nsubjects: [${subject}]\n`;
const local = (subject: string, ref = '{kind: ClusterRole, name: view}'): string =>
  `${HEAD}kind: RoleBinding\nmetadata: {name: b, namespace: default}\nroleRef: ${ref}\nsubjects: [${subject}]\n`;
const user = (name: string): string => binding(`{kind: User, name: ${name}}`);

/**
 * Manifests that people write, good and bad; the server says which is which. Not among them is a member that is there twice,
 * of which the server takes the last.
 */
const MANIFESTS: readonly string[] = [
  ...['jane', '"12"', '12', 'y', 'no', 'on', '~', '""', '12:30', '1:30:45.5', '2024-01-01', '0777'].map(user),
  ...['0x1F', '1e3', '1_000', '.inf', '1.5', '!!str 12', 'a b', '"a:b"', '"\\u202e"', 'system:masters'].map(
    user,
  ),
  ...['2001-12-14t21:59:43.10-05:00', '0b11', '=', '<<', '+1', '1,000', '08', 'NULL', 'True', 'é'].map(user),
  binding('{kind: Group, name: dev, apiGroup: ""}'),
  binding('{kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io}'),
  binding('{kind: Group, name: dev, apiGroup: v1}'),
  binding('{kind: Group, name: dev, namespace: x}'),
  binding('{kind: group, name: dev}'),
  binding('{name: dev}'),
  binding('{kind: ServiceAccount, name: ci}'),
  binding('{kind: ServiceAccount, name: ci, namespace: ""}'),
  binding('{kind: ServiceAccount, name: ci, namespace: Not_A_Label}'),
  binding('{kind: ServiceAccount, name: Ci, namespace: a}'),
  binding('{kind: ServiceAccount, name: ci.x, namespace: a}'),
  binding('{kind: ServiceAccount, name: ci, namespace: a, apiGroup: rbac.authorization.k8s.io}'),
  local('{kind: ServiceAccount, name: ci}'),
  local('{kind: ServiceAccount, name: ci, namespace: ""}'),
  local('{kind: ServiceAccount, name: ci, namespace: null}'),
  local(''),
  local('null'),
  local('{kind: User, name: x}', '{kind: Role, name: "a b:C"}'),
  ...['a/b', 'a%b', '.', '..', '""'].map((name) =>
    local('{kind: User, name: x}', `{kind: Role, name: ${name}}`),
  ),
  ...['{kind: role, name: x}', '{name: x}', '{kind: Role, name: x, apiGroup: apps}', '{}', 'null'].map(
    (ref) => local('{kind: User, name: x}', ref),
  ),
  binding('{kind: User, name: x}', '{kind: Role, name: x}'),
  ...[
    'rules: []',
    'rules: null',
    '',
    'rules: {}',
    'rules: [null]',
    'rules: [{}]',
    'rules: [{verbs: [get]}]',
    'rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]',
    'rules: [{verbs: [get], apiGroups: [""], resources: [pods], resourceNames: []}]',
    'rules: [{verbs: [get], apiGroups: [""], resources: [pods], resourceNames: [""]}]',
    'rules: [{verbs: [], apiGroups: [""], resources: [pods]}]',
    'rules: [{verbs: [""], apiGroups: [core], resources: [""]}]',
    'rules: [{verbs: get, apiGroups: [""], resources: [pods]}]',
    'rules: [{verbs: [null], apiGroups: [""], resources: [pods]}]',
    'rules: [{verbs: [get], apiGroups: [], resources: [pods]}]',
    'rules: [{verbs: [get], apiGroups: [""], resources: [~]}]',
    'rules: [{verbs: [get], nonResourceURLs: [/a]}]',
    'rules: [{verbs: [get], nonResourceURLs: [a, "*", ""]}]',
    'rules: [{verbs: [get], nonResourceURLs: [/a], apiGroups: [""]}]',
    'rules: [{verbs: [get], nonResourceURLs: [/a], resourceNames: [x]}]',
    'rules: [{verbs: [get], nonResourceURLs: [], apiGroups: [""], resources: [pods]}]',
  ].flatMap((rules) => [role(rules), namespaced(rules)]),
  ...[
    '{clusterRoleSelectors: []}',
    '{}',
    'null',
    '{clusterRoleSelectors: [{}]}',
    '{clusterRoleSelectors: [null]}',
    '{clusterRoleSelectors: [{matchLabels: {a: b}}]}',
    '{clusterRoleSelectors: [{matchLabels: {a: true}}]}',
    '{clusterRoleSelectors: [{matchLabels: {a: ""}}]}',
    '{clusterRoleSelectors: [{matchLabels: {"": b}}]}',
    '{clusterRoleSelectors: [{matchLabels: {a: "b c"}}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: a, operator: In, values: []}]}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: a, operator: Exists, values: [b]}]}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: a, operator: in, values: [b]}]}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: "", operator: Exists}]}]}',
    '{clusterRoleSelectors: [{matchExpressions: [{key: a, operator: DoesNotExist}]}]}',
  ].map((rule) => role(`aggregationRule: ${rule}`)),
  ...[
    '{name: "a b"}',
    '{name: a/b}',
    '{name: a%b}',
    '{name: .}',
    '{name: A:b}',
    '{}',
    '{name: 1}',
    'null',
  ].map((metadata) => role('rules: []', metadata)),
  ...[
    '{d: 2024-01-01}',
    '{t: 12:30}',
    '{n: 1}',
    '{b: true}',
    '{e: ""}',
    '{e: ~}',
    '{"a b": c}',
    '{a: "b c"}',
  ].map((labels) => role('rules: []', `{name: r, labels: ${labels}}`)),
  ...['&x {name: r}', '{<<: {name: r}}', '!!map {name: r}', '{name: !foo r}'].map((metadata) =>
    role('rules: []', metadata),
  ),
];

describeOnCluster('manifests of RBAC beside a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  it('are taken and refused alike, and say the same', async () => {
    const differing: string[] = [];
    for (const manifest of MANIFESTS) {
      const theirs = await storeDry(manifest);
      const ours = await read(manifest);
      if (theirs !== ours) differing.push(`${manifest}\n  theirs ${theirs}\n  ours ${ours}`);
    }
    expect(differing.join('\n\n')).toBe('');
  }, 300_000);

  async function storeDry(manifest: string): Promise<string> {
    const kind = /kind: (\w+)/.exec(manifest)?.[1] ?? '';
    const place = kind.startsWith('Cluster') ? '' : '/namespaces/default';
    const url = `${cluster.server}/apis/rbac.authorization.k8s.io/v1${place}/${kind.toLowerCase()}s?dryRun=All`;
    const { status, text } = await post(url, manifest);
    if (status === 400 || status === 422) return 'refused';
    expect({ manifest, status, text: status === 201 ? '' : text }).toEqual({
      manifest,
      status: 201,
      text: '',
    });
    const { metadata, ...stored } = JSON.parse(text);
    return await read(JSON.stringify({ ...stored, metadata: { ...metadata, uid: '' } }));
  }

  async function post(url: string, body: string): Promise<{ status: number; text: string }> {
    const { users } = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'));
    const headers = { 'content-type': 'application/yaml', authorization: `Bearer ${users[0].user.token}` };
    return await new Promise((resolve, reject) => {
      const options = { method: 'POST', ca: cluster.authority.certificate, headers };
      const outgoing = request(url, options, async (incoming) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
});

async function read(text: string): Promise<string> {
  try {
    const { objects, problems } = readObjects(await parseDocuments(text));
    return problems.length > 0 ? 'refused' : JSON.stringify(objects);
  } catch {
    return 'refused';
  }
}
