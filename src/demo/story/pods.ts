import { randomUUID } from 'node:crypto';
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

/**
 * The pod that the Job controller makes of a Job: its template, with labels, an owner and a finalizer to count by.
 * @throws Error where the Job has no template
 */
export function toJobPod(job: Manifest): Manifest {
  const { template } = isRecord(job['spec']) ? job['spec'] : {};
  if (!isRecord(template)) throw new Error(`Job ${job.metadata.name}: spec.template is missing`);
  const { name = '', namespace = 'default' } = job.metadata;
  const uid = job.metadata.uid ?? randomUUID();
  const metadata = isRecord(template['metadata']) ? template['metadata'] : {};
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      namespace,
      // The Job controller writes each under its old name, too.
      labels: {
        ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'job-name': name,
      },
      finalizers: ['batch.kubernetes.io/job-tracking'],
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: template['spec'],
  };
}
