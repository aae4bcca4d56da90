import { join } from 'node:path';
import type { Problems } from './checks.ts';
import type { FlagTable } from './pflag.ts';

/** How a command finds the API server. */
export interface ClusterSettings {
  readonly kubeconfig: string;
  /** Of the kubeconfig; absent: its current one. */
  readonly context?: string;
  readonly server: string;
  /** `KUBERNETES_SERVICE_HOST` and `_PORT`, as every pod has them. */
  readonly inCluster: { readonly host: string | undefined; readonly port: string | undefined };
}

/** The flags of every command that asks the API server. */
export const CLUSTER_FLAGS = {
  kubeconfig: {
    type: 'string',
    default: '',
    help: 'kubeconfig file; empty: the credentials of the pod it runs in',
  },
  'kube-api': { type: 'string', default: '', help: 'URL of the API server, instead of the one configured' },
} as const satisfies FlagTable;

export function readClusterSettings(
  flags: { readonly kubeconfig: string; readonly 'kube-api': string },
  env: NodeJS.ProcessEnv,
  problems: Problems,
): ClusterSettings {
  const { kubeconfig, 'kube-api': server } = flags;
  return toClusterSettings({ kubeconfig, server, flag: 'kube-api' }, env, problems);
}

/** @param flag that names the server */
export function toClusterSettings(
  { kubeconfig, server, flag }: Pick<ClusterSettings, 'kubeconfig' | 'server'> & { readonly flag: string },
  env: NodeJS.ProcessEnv,
  problems: Problems,
): ClusterSettings {
  checkServerUrl(flag, server, problems);
  return {
    kubeconfig,
    server,
    inCluster: { host: env['KUBERNETES_SERVICE_HOST'], port: env['KUBERNETES_SERVICE_PORT'] },
  };
}

function checkServerUrl(flag: string, server: string, problems: Problems): void {
  if (server === '') return;
  // client-go takes an address without a scheme as plain http.
  const url = URL.parse(server.includes('://') ? server : `http://${server}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    problems.push(`--${flag} is not an http:// or https:// URL: give one such as https://10.0.0.1:6443`);
  } else if (url.username !== '' || url.password !== '') {
    problems.push(`--${flag} carries a user name or password: put credentials into a kubeconfig`);
  }
}

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
