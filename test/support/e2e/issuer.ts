import { type Child, type Ending, startChild } from '../child.ts';
import { findFreePort } from '../free-port.ts';
import type { Cluster } from './cluster.ts';
import { awaitReady } from './components.ts';
import { fetchText } from './fetch-text.ts';
import type { KubeClient } from './kube-client.ts';
import { findOurProgram } from './program.ts';

export interface IssuerOptions {
  /** Whose `issuer` is where this one is to listen: {@link findIssuerUrl}. */
  readonly cluster: Cluster;
  readonly url: string;
  /** Where its keys come from: `--kubeconfig=…`, `--jwks-file=…`; more flags after that. */
  readonly flags: readonly string[];
  /** Tells instances apart in files and logs; `issuer` where absent. */
  readonly name?: string;
}

/** An `iam-bridge issuer` process that serves. */
export interface Issuer {
  readonly child: Child;
  /** The key set, as anybody gets it. */
  readKeySet(): Promise<string>;
  /** SIGTERM; it does not wait for endpoints. */
  stop(): Promise<Ending>;
}

/** A URL that an issuer can have, and where nothing listens yet: the API server has to be told before there is one. */
export async function findIssuerUrl(): Promise<string> {
  return `https://127.0.0.1:${await findFreePort()}/clusters/e2e`;
}

/** Starts an issuer with a certificate of the cluster's authority, and returns when it is ready. */
export async function startIssuer({ cluster, url, flags, name = 'issuer' }: IssuerOptions): Promise<Issuer> {
  const { workspace, authority } = cluster;
  const { certificate, key } = authority.issue({ names: ['127.0.0.1'] });
  const metricsPort = await findFreePort();
  const [program, ...words] = findOurProgram();
  const child = startChild({
    workspace,
    name,
    command: [
      program,
      ...words,
      'issuer',
      `--issuer=${url}`,
      '--bind-address=127.0.0.1',
      `--port=${new URL(url).port}`,
      `--metrics-port=${metricsPort}`,
      `--tls-cert=${workspace.write(`${name}.crt`, certificate)}`,
      `--tls-key=${workspace.write(`${name}.key`, key)}`,
      '--shutdown-delay=0s',
      ...flags,
    ],
  });
  cluster.adopt(child);
  await awaitReady(child, () => fetchText(`http://127.0.0.1:${metricsPort}/readyz`));
  return {
    child,
    readKeySet: () => fetchText(`${url}/openid/v1/jwks`),
    stop: () => child.stop(),
  };
}

/** Lets a user read the two documents of the API server, and nothing else. */
export async function grantDiscovery(client: KubeClient, user: string): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  await client.apply({
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'system:service-account-issuer-discovery' },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
}
