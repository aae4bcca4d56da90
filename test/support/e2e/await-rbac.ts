import { randomUUID } from 'node:crypto';
import type { Manifest } from '../rbac/manifests.ts';
import { eventually } from './eventually.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';
import { askServer, inParallel, removeAll } from './rbac-server.ts';

/** Creates objects of RBAC, and returns when the API server decides by them. */
export async function createAndAwait(client: KubeClient, objects: readonly Manifest[]): Promise<void> {
  await inParallel(objects, (object) => client.create(object as KubeObject));
  await awaitRbac(client);
}

/**
 * Waits until the API server decides by all roles and bindings that have been written. It watches each of the four kinds
 * by itself, and any may be behind: so one of each is written last, and asked about until it is known.
 */
export async function awaitRbac(client: KubeClient): Promise<void> {
  const name = `sentinel-${randomUUID()}`;
  const sentinels = toSentinels(name);
  for (const sentinel of sentinels) await client.create(sentinel);
  const questions = [
    { verb: 'get', path: `/${name}` },
    { verb: 'get', group: '', resource: name, namespace: NAMESPACE },
  ];
  await eventually(async () => {
    for (const question of questions) {
      const { allowed } = await askServer(client, { user: name, groups: [] }, question);
      if (!allowed) throw new Error(`${name} is not known yet`);
    }
  });
  await removeAll(client, sentinels);
}

const NAMESPACE = 'default';

function toSentinels(name: string): readonly KubeObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'User', apiGroup, name }];
  const whole = { apiVersion: `${apiGroup}/v1`, metadata: { name } };
  const within = { apiVersion: `${apiGroup}/v1`, metadata: { name, namespace: NAMESPACE } };
  const toRole = (kind: string) => ({ roleRef: { apiGroup, kind, name }, subjects });
  return [
    { ...whole, kind: 'ClusterRole', rules: [{ verbs: ['get'], nonResourceURLs: [`/${name}`] }] },
    { ...within, kind: 'Role', rules: [{ verbs: ['get'], apiGroups: [''], resources: [name] }] },
    { ...whole, kind: 'ClusterRoleBinding', ...toRole('ClusterRole') },
    { ...within, kind: 'RoleBinding', ...toRole('Role') },
  ];
}
