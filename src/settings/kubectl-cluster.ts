import { join } from 'node:path';
import type { Problems } from './checks.ts';
import type { ClusterSettings } from './cluster.ts';

/**
 * The cluster of a command that a person runs, as kubectl finds it: `--kubeconfig`, `KUBECONFIG`, the pod's own
 * credentials where this is a pod, `~/.kube/config`.
 * @param problems takes what is wrong with them
 */
export function readKubectlCluster(
  kubeconfig: string | undefined,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): ClusterSettings {
  const inCluster = { host: env['KUBERNETES_SERVICE_HOST'], port: env['KUBERNETES_SERVICE_PORT'] };
  const named = kubeconfig || env['KUBECONFIG'] || '';
  if (kubeconfig === undefined && named.includes(':')) {
    problems.push('KUBECONFIG names several files, which are not merged here: choose one with --kubeconfig');
  }
  const usual = inCluster.host ? '' : join(env['HOME'] ?? '', '.kube', 'config');
  return { kubeconfig: named || usual, server: '', inCluster };
}
