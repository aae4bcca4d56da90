import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { SCENE } from '../../support/access/scene.ts';
import { runTree } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const FACTS = {
  apiVersion: 'iam-bridge/v1',
  kind: 'ClusterFacts',
  metadata: { name: 'cluster' },
  version: 'v1.36.3',
  isEks: false,
  missing: [],
  resources: [
    toResource('', 'secrets', true),
    toResource('', 'nodes', false, {
      verbs: ['get', 'list'],
      subresources: [{ name: 'proxy', verbs: ['get', 'create'] }],
    }),
    toResource('', 'events', true, { verbs: ['list'] }),
    toResource('events.k8s.io', 'events', true, { verbs: ['list'] }),
    toResource('x.io', '*', true),
    toResource('x.io', 'things', true, {
      verbs: ['get', '*'],
      subresources: [{ name: '*', verbs: ['get'] }],
    }),
  ],
};

function toResource(
  group: string,
  resource: string,
  namespaced: boolean,
  more: object = { verbs: ['get', 'list', 'watch', 'create'] },
): object {
  const names = { kind: '', singular: '', shortNames: [] };
  return { group, version: 'v1', resource, namespaced, subresources: [], ...names, ...more };
}

let workspace: Workspace;
let snapshot: string;

beforeAll(() => {
  workspace = createWorkspace();
  snapshot = workspace.write('cluster.yaml', `${SCENE}---\n${JSON.stringify(FACTS)}\n`);
});
afterAll(() => workspace.remove());

async function run(words: readonly string[]) {
  const outcome = await runTree(['role', ...words, '--snapshot', snapshot]);
  const objects = parseAllDocuments(outcome.stdout).map((document) => document.toJS());
  return { ...outcome, objects };
}

describe('role', () => {
  test('is a ClusterRole that reads all there is, name by name', async () => {
    const { code, stdout, stderr, objects } = await run(['--name', 'read-all']);
    expect([code, stderr]).toEqual([0, '']);
    expect(objects).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'read-all' },
        rules: [
          { apiGroups: [''], resources: ['events'], verbs: ['list'] },
          { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
          { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
          { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] },
          { apiGroups: ['x.io'], resources: ['things'], verbs: ['get'] },
        ],
      },
    ]);
    expect(stdout).toContain('# Secrets are in it');
    expect(stdout).toContain('# left out, since get opens a connection there and reads nothing: nodes/proxy');
  });

  test('is a Role with its binding in one namespace', async () => {
    const { objects } = await run(['-n', 'shop', '--name', 'reader', '--bind-group', 'readers']);
    const [role, binding] = objects;
    expect(role).toMatchObject({ kind: 'Role', metadata: { name: 'reader', namespace: 'shop' } });
    expect(JSON.stringify(role)).not.toContain('nodes');
    expect(binding).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader', namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'readers' }],
    });
  });

  test('has every verb that a resource has with all, connections too', async () => {
    const { objects, stdout } = await run(['--verbs', 'all', '--scope', 'cluster']);
    expect(objects[0].rules).toEqual([
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['create', 'get'] },
    ]);
    expect(stdout).not.toContain('# left out');
  });

  test('leaves out what is named: in all groups, or in one', async () => {
    const both = await run(['--without', 'events,secrets']);
    expect(JSON.stringify(both.objects)).not.toMatch(/events"|secrets/);
    const one = await run(['--without', 'events.events.k8s.io', '--for-groups', 'core,events.k8s.io']);
    expect(
      one.objects[0].rules.filter(({ resources }: { resources: string[] }) => resources.includes('events')),
    ).toEqual([{ apiGroups: [''], resources: ['events'], verbs: ['list'] }]);
    const part = await run(['--verbs', 'get,create', '--without', 'nodes/proxy', '--scope', 'cluster']);
    expect(part.objects[0].rules).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }]);
  });

  test('is a List for programs, with what else there is to say on standard error', async () => {
    const { stdout, stderr } = await run(['--bind-group', 'readers', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ apiVersion: 'v1', kind: 'List' },
      items: [{ kind: 'ClusterRole' }, { kind: 'ClusterRoleBinding' }],
    });
    expect(stderr).toContain('iam-bridge role: Secrets are in it');
  });

  test('is made of the resources of Kubernetes itself where nothing else is known', async () => {
    const plain = workspace.write('plain.yaml', SCENE);
    const { code, stdout, stderr } = await runTree(['role', '--snapshot', plain]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('- deployments')]);
    expect(stderr).toContain('these are those of Kubernetes itself');
  });

  test('is not written where nothing is left', async () => {
    const outcome = await run(['--for-groups', 'x.io', '--verbs', 'list', '--without', 'things']);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('no resource is left'),
    });
  });

  test.each([
    [['--verbs', 'lst'], 'did you mean list?'],
    [['--for-groups', 'x.oi'], 'did you mean x.io?'],
    [['--without', 'secret'], 'did you mean secrets?'],
    [['--without', 'nodes/prox'], '--without: the cluster has no "nodes/prox"'],
    [['--verbs', 'get,'], '--verbs has an empty part'],
    [['--name', 'a/b'], '--name "a/b" is no name of a role'],
    [['-n', 'Shop'], '-n is no name of a namespace'],
    [['-n', 'shop', '--scope', 'all'], '-n makes a Role'],
    [['--bind-group', 'system:authenticated'], 'holds everybody of a kind'],
    [['--bind-group', ''], '--bind-group is empty'],
    [['--kubeconfig', 'x'], 'leave --kubeconfig out'],
  ])('refuses %j', async (words, problem) => {
    const outcome = await run(words);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
  });

  test('is not made up where the cluster does not answer', async () => {
    const kubeconfig = workspace.write(
      'kubeconfig',
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
        contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
        clusters: [{ name: 'x', cluster: { server: 'http://127.0.0.1:9' } }],
        users: [{ name: 'x', user: {} }],
      }),
    );
    expect(await runTree(['role', '--kubeconfig', kubeconfig])).toMatchObject({ code: 3, stdout: '' });
  });
});
