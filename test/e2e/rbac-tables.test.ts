import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listBuiltinResources } from '../../src/access/resources/builtin.ts';
import { createKubeApi, type KubeApi } from '../../src/kube/api.ts';
import type { ApiResource } from '../../src/kube/api-resource.ts';
import { discoverResources } from '../../src/kube/discovery.ts';
import { loadKubeconfigAccess } from '../../src/kube/kubeconfig.ts';
import { renderDefaults } from '../../tools/rbac-defaults.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';

/** What this program knows of a cluster that it cannot ask. */
describeOnCluster('of a new API server of 1.36', () => {
  let cluster: Cluster;
  let api: KubeApi;
  beforeAll(async () => {
    cluster = await startCluster({
      apiServerFlags: ['--runtime-config=api/beta=true', '--feature-gates=AllBeta=true'],
    });
    api = createKubeApi(await loadKubeconfigAccess({ path: cluster.kubeconfig }));
  });
  afterAll(async () => {
    await api?.close();
    await cluster?.stop();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  it('the roles and bindings are those that findings leave out: tools/rbac-defaults.ts writes them', async () => {
    const path = new URL('../../src/rbac/defaults/rows.ts', import.meta.url);
    const text = await renderDefaults(api);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('the resources are those that are taken without an API server', async () => {
    const { resources, problems } = await discoverResources(api);
    expect(problems).toEqual([]);
    const ours = listBuiltinResources().filter(({ group }) => group !== 'iamauthenticator.k8s.aws');
    expect(sort(resources)).toEqual(sort(ours));
  });
});

function sort(resources: readonly ApiResource[]): readonly ApiResource[] {
  const sorted = resources.map((resource) => ({
    ...resource,
    verbs: resource.verbs.toSorted(),
    subresources: resource.subresources
      .map(({ name, verbs }) => ({ name, verbs: verbs.toSorted() }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1)),
  }));
  const key = ({ group, resource }: ApiResource): string => `${group}/${resource}`;
  return sorted.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
}
