import { ConfigurationError } from '../../base/errors.ts';
import { createKubeApi, type KubeApi } from '../../kube/api.ts';
import { readKubectlCluster } from '../../settings/cluster.ts';
import { findCluster } from '../cluster.ts';
import type { ClusterOptions } from './options.ts';

/** An API server, and where its kubeconfig would have requests go. */
export interface OpenCluster {
  readonly api: KubeApi;
  /** Its address. */
  readonly server: string;
  /** The context's, else `default`. */
  readonly namespace: string;
  /** What somebody should know of the way to it. */
  readonly notes: readonly string[];
}

/**
 * Opens the cluster that kubectl would ask.
 * @throws ConfigurationError where it is not named well
 */
export async function openCluster(
  { kubeconfig, clusterContext, context = clusterContext }: ClusterOptions,
  env: NodeJS.ProcessEnv,
): Promise<OpenCluster> {
  const problems: string[] = [];
  const cluster = readKubectlCluster(kubeconfig, env, problems);
  if (context !== undefined && cluster.kubeconfig === '')
    problems.push('--context is of a kubeconfig, and a pod has none: give --kubeconfig, too');
  if (problems.length > 0) throw new ConfigurationError(problems.join('; '));
  const access = await findCluster({ ...cluster, ...(context !== undefined && { context }) });
  const { server, namespace = 'default', notes } = access;
  return { api: createKubeApi(access), server, namespace, notes };
}
