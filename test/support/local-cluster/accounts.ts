import type { Manifest } from '../../../src/local-cluster/manifests.ts';

/** A ServiceAccount of namespace `demo`, with a note that tells versions of it apart. */
export function toAccount(name: string, note?: string): Manifest {
  const annotations = note === undefined ? undefined : { note };
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'demo', ...(annotations && { annotations }) },
    automountServiceAccountToken: false,
  };
}
