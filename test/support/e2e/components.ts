import { join } from 'node:path';
import type { KeyPair } from '../certificates.ts';
import { type Child, startChild } from '../child.ts';
import type { Workspace } from '../workspace.ts';
import { eventually } from './eventually.ts';
import type { KubeClient } from './kube-client.ts';

/** ms; one that starts beside a test run on a small machine takes ten times what it takes alone. */
const START_LIMIT = 90_000;

/** What every component of one control plane shares. */
export interface Site {
  /** The folder with the programs. */
  readonly assets: string;
  readonly workspace: Workspace;
  readonly etcdUrl: string;
  /** `https://…`: who signs ServiceAccount tokens. Its keys are said to be at `/openid/v1/jwks` there. */
  readonly issuer: string;
  readonly tokenKeys: TokenKeys;
}

/** Paths of PEM files. */
export interface TokenKeys {
  /** The private key that signs ServiceAccount tokens. */
  readonly signing: string;
  /** Public halves of the keys whose tokens are accepted, and which are published. */
  readonly accepted: readonly string[];
}

/** Starts etcd; its data lives in the workspace and is not synced to the disk. */
export function startEtcd(site: Site, peerPort: number): Child {
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return startChild({
    workspace: site.workspace,
    name: 'etcd',
    command: [
      join(site.assets, 'etcd'),
      `--data-dir=${join(site.workspace.folder, 'etcd')}`,
      `--listen-client-urls=${site.etcdUrl}`,
      `--advertise-client-urls=${site.etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=error',
    ],
  });
}

export interface ApiServerOptions {
  readonly name: string;
  readonly port: number;
  readonly serving: KeyPair;
  /** `token,user,uid,"group"` lines. */
  readonly users: string;
  /** Appended, so that they win over the flags set here. */
  readonly flags: readonly string[];
}

/** Starts a kube-apiserver; ready when {@link awaitApiServer} says so. */
export function startApiServer(site: Site, options: ApiServerOptions): Child {
  const { workspace } = site;
  const { name, port, serving } = options;
  return startChild({
    workspace,
    name,
    command: [
      join(site.assets, 'kube-apiserver'),
      `--etcd-servers=${site.etcdUrl}`,
      '--bind-address=127.0.0.1',
      // Else it looks for a default route, which an offline machine and a bare network namespace have not.
      '--advertise-address=192.0.2.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${port}`,
      `--tls-cert-file=${workspace.write(`${name}.crt`, serving.certificate)}`,
      `--tls-private-key-file=${workspace.write(`${name}.key`, serving.key)}`,
      `--cert-dir=${join(workspace.folder, `${name}-certificates`)}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      `--service-account-issuer=${site.issuer}`,
      `--service-account-signing-key-file=${site.tokenKeys.signing}`,
      ...site.tokenKeys.accepted.map((path) => `--service-account-key-file=${path}`),
      // With a loopback bind address the published one would name another host than the issuer.
      `--service-account-jwks-uri=${site.issuer}/openid/v1/jwks`,
      // A configuration of authorizers stands alone.
      ...(options.flags.some((flag) => flag.startsWith('--authorization-config='))
        ? []
        : ['--authorization-mode=RBAC']),
      `--token-auth-file=${workspace.write(`${name}-users.csv`, options.users)}`,
      '--allow-privileged=true',
      '--profiling=false',
      ...options.flags,
    ],
  });
}

/** Waits until an API server is ready; one that ends or never gets there is an error with the tail of its log. */
export async function awaitApiServer(child: Child, client: KubeClient): Promise<void> {
  await awaitReady(child, () => client.read('/readyz'));
}

const CONTROLLERS = [
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'deployment-controller',
  'replicaset-controller',
  'job-controller',
  'namespace-controller',
  'clusterrole-aggregation-controller',
];

/** Starts the controllers that the tests need: pods of Deployments and Jobs, default ServiceAccounts, root CAs. */
export function startControllerManager(site: Site, kubeconfig: string, more: readonly string[] = []): Child {
  return startChild({
    workspace: site.workspace,
    name: 'kube-controller-manager',
    command: [
      join(site.assets, 'kube-controller-manager'),
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${site.tokenKeys.signing}`,
      `--controllers=${[...CONTROLLERS, ...more].join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
  });
}

/** Repeats `probe` until it passes. A child that has ended meanwhile, or too long a wait, is an error with its log. */
export async function awaitReady(child: Child, probe: () => Promise<unknown>): Promise<void> {
  const abandon = new AbortController();
  const ended = child.exited.then(({ code, signal }) => {
    throw new Error(`${child.name} ended (${signal ?? `exit code ${code}`}) before it was ready`);
  });
  const ready = eventually(() => (abandon.signal.aborted ? undefined : probe()), {
    timeout: START_LIMIT,
    interval: 50,
  });
  try {
    await Promise.race([ready, ended]);
  } catch (error) {
    throw new Error(`${child.name} did not start: ${toMessage(error)}\n${child.readLogTail()}`, {
      cause: error,
    });
  } finally {
    abandon.abort();
    ended.catch(() => {});
    ready.catch(() => {});
  }
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
