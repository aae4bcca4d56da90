import type { NodePod, NodeVolume } from './pod-spec.ts';

/**
 * The mode of a token file (kubelet since 1.19): the volume's own where neither a group nor one user of all containers
 * is known; 0600 for that user; 0640 where there is a group. Kubelet also changes the owner, which the test node does
 * not: the processes that it starts run as itself.
 */
export function decideTokenMode(
  { fsGroup, runAsUser }: Pick<NodePod, 'fsGroup' | 'runAsUser'>,
  { defaultMode }: Pick<NodeVolume, 'defaultMode'>,
): number {
  if (fsGroup !== undefined) return 0o640;
  return runAsUser === undefined ? defaultMode : 0o600;
}
