import type { Manifest } from '../../../src/local-cluster/manifests.ts';

/** A pod of namespace `demo` with one container that does nothing, and whatever else a test wants in its spec. */
export function toPod(name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'demo' },
    spec: { restartPolicy: 'Never', containers: [toContainer('main', 'exit 0')], ...spec },
  };
}

/** A container that runs a script. */
export function toContainer(name: string, script: string, more: Readonly<Record<string, unknown>> = {}) {
  return { name, image: 'test/shell:1', command: ['/bin/sh', '-c'], args: [script], ...more };
}

/** A projected volume with a token for each audience, each in a file of the audience's name. */
export function toTokenVolume(
  name: string,
  audiences: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
) {
  const sources = audiences.map((audience) => ({
    serviceAccountToken: { audience, expirationSeconds: 86_400, path: audience },
  }));
  return { name, projected: { sources, ...more } };
}

export function toReference(name: string, uid?: string) {
  return { apiVersion: 'v1', kind: 'Pod', name, ...(uid !== undefined && { uid }) };
}
