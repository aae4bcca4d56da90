import { randomUUID } from 'node:crypto';
import { isRecord } from '../../json/record.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';

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
