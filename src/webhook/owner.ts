import { isRecord } from '../json/record.ts';
import type { Pod } from './pod.ts';

/** Longer names exist only in hostile requests. */
const MAX_LENGTH = 128;

/**
 * The controller that makes this pod, as `Kind/name`: `Deployment/shop` for the ReplicaSet of a Deployment, whose
 * name is the Deployment's and the hash that the pod carries as a label. `Pod/name` for a pod of its own.
 */
export function describeOwner({ metadata }: Pod): string {
  const { ownerReferences, labels } = metadata;
  const owners: readonly unknown[] = Array.isArray(ownerReferences) ? ownerReferences : [];
  const controller = owners.find((owner) => isRecord(owner) && owner['controller'] === true);
  if (!isRecord(controller)) return toLabel('Pod', metadata.name ?? metadata.generateName);
  const { kind, name } = controller;
  const hash = labels?.['pod-template-hash'];
  if (
    kind === 'ReplicaSet' &&
    typeof name === 'string' &&
    typeof hash === 'string' &&
    name.endsWith(`-${hash}`)
  ) {
    return toLabel('Deployment', name.slice(0, -hash.length - 1));
  }
  return toLabel(kind, name);
}

function toLabel(kind: unknown, name: unknown): string {
  return `${typeof kind === 'string' ? kind : ''}/${typeof name === 'string' ? name : ''}`.slice(
    0,
    MAX_LENGTH,
  );
}
