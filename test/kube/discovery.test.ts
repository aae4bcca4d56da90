import { describe, expect, test } from 'vitest';
import type { ApiAnswer } from '../../src/kube/api.ts';
import type { Discovery } from '../../src/kube/api-resource.ts';
import { discoverResources } from '../../src/kube/discovery.ts';

type Answers = Readonly<Record<string, object | number>>;

async function discover(answers: Answers): Promise<Discovery & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const get = async (path: string): Promise<ApiAnswer> => {
    asked.push(path);
    const answer = answers[path] ?? 404;
    return typeof answer === 'number'
      ? { status: answer, body: '{"kind":"Status","message":"the server is currently unable"}' }
      : { status: 200, body: JSON.stringify(answer) };
  };
  return { ...(await discoverResources({ get })), asked };
}

const POD = {
  resource: 'pods',
  responseKind: { group: '', version: 'v1', kind: 'Pod' },
  scope: 'Namespaced',
  singularResource: 'pod',
  shortNames: ['po'],
  verbs: ['get', 'list'],
  subresources: [{ subresource: 'log', responseKind: { kind: 'Pod' }, verbs: ['get'] }],
};

const WIDGET = { resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['get'] };

function aggregate(...items: readonly object[]): object {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}

const PODS = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  singular: 'pod',
  shortNames: ['po'],
  namespaced: true,
  verbs: ['get', 'list'],
  subresources: [{ name: 'log', verbs: ['get'] }],
};

describe('discovery', () => {
  test('takes two requests where the server aggregates it', async () => {
    const { resources, problems, asked } = await discover({
      '/api': aggregate({ metadata: {}, versions: [{ version: 'v1', resources: [POD] }] }),
      '/apis': aggregate({
        metadata: { name: 'example.com' },
        versions: [
          { version: 'v2', freshness: 'Current', resources: [WIDGET] },
          { version: 'v1', freshness: 'Current', resources: [WIDGET] },
        ],
      }),
    });
    expect(asked).toEqual(['/api', '/apis']);
    expect(problems).toEqual([]);
    expect(resources[0]).toEqual(PODS);
    expect(resources.slice(1)).toMatchObject([
      { group: 'example.com', version: 'v2', resource: 'widgets', namespaced: false, subresources: [] },
    ]);
  });

  test('reads the form of old, the preferred version of a group first', async () => {
    const { resources, asked } = await discover({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/api/v1': {
        kind: 'APIResourceList',
        resources: [
          {
            name: 'pods',
            singularName: 'pod',
            namespaced: true,
            kind: 'Pod',
            shortNames: ['po'],
            verbs: POD.verbs,
          },
          { name: 'pods/log', namespaced: true, kind: 'Pod', verbs: ['get'] },
        ],
      },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          {
            name: 'example.com',
            versions: [{ version: 'v1beta1' }, { version: 'v1' }],
            preferredVersion: { version: 'v1' },
          },
        ],
      },
      '/apis/example.com/v1': { resources: [{ name: 'widgets', kind: 'Widget', verbs: ['get'] }] },
      '/apis/example.com/v1beta1': { resources: [{ name: 'widgets', kind: 'Widget', verbs: ['list'] }] },
    });
    expect(asked).toContain('/apis/example.com/v1beta1');
    expect(resources[0]).toEqual(PODS);
    expect(resources.slice(1)).toMatchObject([{ group: 'example.com', version: 'v1', verbs: ['get'] }]);
  });

  test('tells of groups that do not answer, and goes on', async () => {
    const old = await discover({
      '/api': { kind: 'APIVersions', versions: [] },
      '/apis': { groups: [{ name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] }] },
      '/apis/metrics.k8s.io/v1beta1': 503,
    });
    expect(old.problems).toEqual([
      expect.stringContaining('/apis/metrics.k8s.io/v1beta1: discovery /apis/metrics.k8s.io/v1beta1'),
    ]);
    const stale = { version: 'v1beta1', freshness: 'Stale', resources: [] };
    const aggregated = await discover({
      '/api': aggregate(),
      '/apis': aggregate({ metadata: { name: 'metrics.k8s.io' }, versions: [stale] }),
    });
    expect(aggregated.problems).toEqual([expect.stringMatching(/^metrics\.k8s\.io\/v1beta1: /)]);
  });

  test('fails where the server says nothing at all, and takes odd members for none', async () => {
    await expect(discover({ '/api': 403 })).rejects.toThrow('discovery /api: the API server answered 403');
    const odd = { metadata: 3, versions: [null, { version: 'v1', resources: [{ resource: 7 }, POD] }] };
    const { resources } = await discover({ '/api': aggregate(odd), '/apis': { groups: 'none' } });
    expect(resources).toEqual([PODS]);
  });
});
