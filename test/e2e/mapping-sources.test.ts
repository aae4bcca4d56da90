import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openKubectlApi } from '../../src/commands/cluster.ts';
import { decideByMappings, type LoadedMappings, loadMappings } from '../../src/commands/mapping-sources.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { IDENTITY_MAPPINGS, toIdentityMapping } from '../support/e2e/identity-mappings.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession } from '../support/mapping/identities.ts';

const STRANGER = 'stranger';
const toArn = (role: string): string => `arn:aws:iam::${ACCOUNT}:role/${role}`;

describeOnCluster('mappings of a real cluster that a command reads once', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ users: [STRANGER] });
    await cluster.client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'aws-auth', namespace: 'kube-system' },
      data: { mapRoles: `- rolearn: ${toArn('Dev')}\n  username: by-map\n` },
    });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  async function load(names: readonly string[], kubeconfig = cluster.kubeconfig): Promise<LoadedMappings> {
    let api: KubeApi | undefined;
    try {
      return await loadMappings({ names, ssoRoleMatch: false }, async () => {
        api = await openKubectlApi(kubeconfig, {});
        return api;
      });
    } finally {
      api?.close();
    }
  }

  async function map(loaded: LoadedMappings, role = 'Dev'): Promise<string> {
    return toWords(await decideByMappings(toRoleSession(role), loaded));
  }

  it('are those of aws-auth where the cluster does not serve the kind, which is told', async () => {
    const loaded = await load(['cluster']);
    expect(await map(loaded)).toBe('by-map|');
    expect(await map(loaded, 'Ops')).toBe('unmapped');
    expect(loaded.notes).toEqual([
      'IAMIdentityMappings of the cluster: the cluster does not serve that kind',
    ]);
  });

  it('are those of both, in either order, once it serves it', async () => {
    await cluster.client.create(IDENTITY_MAPPINGS);
    await eventually(() => cluster.client.list(toIdentityMapping('', {})));
    for (const role of ['Dev', 'Ops'])
      await cluster.client.create(
        toIdentityMapping(role.toLowerCase(), { arn: toArn(role), username: 'by-object' }),
      );
    const loaded = await load(['cluster']);
    expect(loaded.notes).toEqual([]);
    expect([await map(loaded), await map(loaded, 'Ops')]).toEqual(['by-map|', 'by-object|']);
    expect(await map(await load(['CRD', 'EKSConfigMap']))).toBe('by-object|');
  });

  it('are unknown to whoever may read neither, with the rights that are missing', async () => {
    const loaded = await load(['cluster'], cluster.findKubeconfig(STRANGER));
    expect(await map(loaded)).toBe('source-unknown');
    expect(loaded.notes).toEqual([
      expect.stringMatching(
        /403.*missing right: get on configmaps named aws-auth in the namespace kube-system/,
      ),
      expect.stringMatching(/403.*missing right: list on iamidentitymappings in all namespaces/),
    ]);
  });
});
