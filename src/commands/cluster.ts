import { ConfigurationError, toError } from '../base/errors.ts';
import { type ApiAccess, toAccessAt } from '../kube/access.ts';
import { createKubeApi, type KubeApi } from '../kube/api.ts';
import { createDirectAccess } from '../kube/direct.ts';
import { readInClusterAccess } from '../kube/in-cluster.ts';
import { parseServerUrl, renderServerNotes } from '../kube/server-url.ts';
import { type ClusterSettings, readKubectlCluster } from '../settings/cluster.ts';

/**
 * How to reach the API server: a kubeconfig if one is named, the pod's own credentials inside a cluster, a bare URL
 * otherwise. client-node is loaded for the first of them only: it costs 15 MB and 80 ms.
 * @throws ConfigurationError where the kubeconfig, or a file that it names, is wrong, and where nothing is named and this is no
 *   pod; Error where the files of a pod cannot be read
 */
export async function findCluster({
  kubeconfig,
  context,
  server,
  inCluster,
}: ClusterSettings): Promise<ApiAccess> {
  if (kubeconfig !== '') {
    const { loadKubeconfigAccess } = await import('../kube/kubeconfig.ts');
    try {
      return await loadKubeconfigAccess({
        path: kubeconfig,
        ...(server !== '' && { server }),
        ...(context !== undefined && { context }),
      });
    } catch (cause) {
      // Nobody but the files was asked so far.
      throw new ConfigurationError(toError(cause).message, { cause });
    }
  }
  if (server !== '' && inCluster.host === undefined) return createDirectAccess(server);
  const access = await readInClusterAccess(inCluster);
  if (server === '') return access;
  const address = parseServerUrl(server, '--kube-api');
  const notes = [...access.notes, ...renderServerNotes(address, false)];
  return toAccessAt(access, { server: address, notes });
}

/**
 * The API server for a command that a person runs, found as kubectl finds it.
 * @throws as {@link findCluster} does
 */
export async function openKubectlApi(
  kubeconfig: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<KubeApi> {
  const problems: string[] = [];
  const cluster = readKubectlCluster(kubeconfig, env, problems);
  if (problems.length > 0) throw new ConfigurationError(problems.join('; '));
  return createKubeApi(await findCluster(cluster));
}
