import { isRecord } from '../../json/record.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';

/** Variables that every container is to have, by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * The same pod, or Job, with further variables in the environment of its containers, where they have none of the name:
 * that is how programs of this machine are led to the local AWS. Whatever else there is stays as it is.
 */
export function addVariables(manifest: Manifest, variables: Variables): Manifest {
  const { spec } = manifest;
  if (!isRecord(spec)) return manifest;
  if (isRecord(spec['template'])) {
    const template = { ...spec['template'], spec: extendPodSpec(spec['template']['spec'], variables) };
    return { ...manifest, spec: { ...spec, template } };
  }
  return Array.isArray(spec['containers']) ? { ...manifest, spec: extendPodSpec(spec, variables) } : manifest;
}

function extendPodSpec(spec: unknown, variables: Variables): unknown {
  if (!isRecord(spec) || !Array.isArray(spec['containers'])) return spec;
  return {
    ...spec,
    containers: spec['containers'].map((container) => extendContainer(container, variables)),
  };
}

function extendContainer(container: unknown, variables: Variables): unknown {
  if (!isRecord(container)) return container;
  const env: readonly unknown[] = Array.isArray(container['env']) ? container['env'] : [];
  const names = new Set(env.map((entry) => (isRecord(entry) ? entry['name'] : undefined)));
  const added = Object.entries(variables).filter(([name]) => !names.has(name));
  return { ...container, env: [...env, ...added.map(([name, value]) => ({ name, value }))] };
}
