import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../certificates.ts';
import type { Child } from '../child.ts';
import { findFreePort } from '../free-port.ts';
import { createWorkspace, type Workspace } from '../workspace.ts';
import { ADMINISTRATOR, createAccess, toKubeconfigPath } from './access.ts';
import { findAssets } from './assets.ts';
import {
  type ApiServerOptions,
  awaitApiServer,
  type Site,
  startApiServer,
  startControllerManager,
  startEtcd,
  type TokenKeys,
} from './components.ts';
import type { KubeClient } from './kube-client.ts';
import { type KubectlAnswer, runKubectl } from './kubectl.ts';
import type { Witness } from './suite.ts';

export interface ClusterOptions {
  /** Deployments and Jobs make pods, namespaces get their `default` ServiceAccount. Off where absent. */
  readonly controllerManager?: boolean;
  /** Controllers beside those, by their names. */
  readonly controllers?: readonly string[];
  /** Where the API server can be reached as well: an address of the network namespace that the test runs in. */
  readonly address?: string;
  /** URL that ServiceAccount tokens are signed as; nobody listens there where absent. */
  readonly issuer?: string;
  /**
   * More flags of the API server; a flag given here wins over the harness's own, and adds to it where it may be given
   * more than once.
   */
  readonly apiServerFlags?: readonly string[];
  /** A file of the workspace that the API server writes who asked what into, without bodies. */
  readonly audit?: string;
  /** Users beside the administrator, each with a kubeconfig of its own; what they may do is up to the test. */
  readonly users?: readonly string[];
}

/** A running control plane: etcd, kube-apiserver and, if asked for, kube-controller-manager. */
export interface Cluster extends Witness {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Signed the API server's certificate; signs what else a test needs. */
  readonly authority: Authority;
  readonly workspace: Workspace;
  /** Calls as an administrator. */
  readonly client: KubeClient;
  /** The administrator's kubeconfig file. */
  readonly kubeconfig: string;
  /** The kubeconfig file of one of `users`. */
  findKubeconfig(user: string): string;
  /** Runs kubectl as the administrator; a failure is an answer, not an error. */
  kubectl(args: readonly string[], input?: string): Promise<KubectlAnswer>;
  /** Ends the API server as a crash does. */
  killApiServer(): Promise<void>;
  /** Starts it again on the same port and waits until it is ready. */
  startApiServer(): Promise<void>;
  restartApiServer(): Promise<void>;
  /** The keys that sign ServiceAccount tokens and verify them. */
  tokenKeys(): TokenKeys;
  /** Gives other ones to all components that have them, and restarts these: that is what it takes. */
  changeTokenKeys(keys: TokenKeys): Promise<void>;
  /** A second API server on the same etcd, so that things can change while the first is down. */
  startTwin(): Promise<KubeClient>;
  /** Ends this child, too, in `stop`, and shows its log among the others. */
  adopt(child: Child): void;
  /** Ends everything and removes the workspace. */
  stop(): Promise<void>;
}

/** Starts a cluster on free loopback ports and returns when it is ready, which takes a few seconds. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const assets = findAssets();
  if (assets === undefined) throw new Error('KUBEBUILDER_ASSETS is not set');
  const workspace = createWorkspace();
  const children: Child[] = [];
  try {
    return await assemble({ assets, workspace, children, options });
  } catch (error) {
    await endAll(children, workspace);
    throw error;
  }
}

interface Assembly {
  readonly assets: string;
  readonly workspace: Workspace;
  readonly children: Child[];
  readonly options: ClusterOptions;
}

async function assemble({ assets, workspace, children, options }: Assembly): Promise<Cluster> {
  const [etcdPort, etcdPeerPort, port] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  let site: Site = {
    assets,
    workspace,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    issuer: options.issuer ?? 'https://issuer.iam-bridge.test',
    tokenKeys: createTokenKeys(workspace),
  };
  const authority = createAuthority();
  const access = createAccess({ workspace, authority, users: options.users ?? [] });
  const server = `https://127.0.0.1:${port}`;
  const clients: KubeClient[] = [];
  let current: Child | undefined;
  let controllers: Child | undefined;

  async function runApiServer(name: string, at: number): Promise<KubeClient> {
    const client = access.createClient(`https://127.0.0.1:${at}`);
    clients.push(client);
    const child = startApiServer(site, {
      name,
      port: at,
      serving: authority.issue({ names: ['127.0.0.1', 'localhost', ...toList(options.address)] }),
      users: access.users,
      flags: [
        ...toAuditFlags(workspace, options.audit),
        ...toList(options.address).map(() => '--bind-address=0.0.0.0'),
        ...(options.apiServerFlags ?? []),
      ],
    } satisfies ApiServerOptions);
    children.push(child);
    if (at === port) current = child;
    await awaitApiServer(child, client);
    return client;
  }

  function runControllerManager(): void {
    if (!options.controllerManager) return;
    controllers = startControllerManager(site, kubeconfig, options.controllers);
    children.push(controllers);
  }

  async function killApiServer(): Promise<void> {
    current?.kill('SIGKILL');
    await current?.exited;
  }

  async function restartApiServer(): Promise<void> {
    await killApiServer();
    await runApiServer('kube-apiserver', port);
  }

  async function changeTokenKeys(tokenKeys: TokenKeys): Promise<void> {
    site = { ...site, tokenKeys };
    controllers?.kill('SIGKILL');
    await Promise.all([controllers?.exited, restartApiServer()]);
    runControllerManager();
  }

  children.push(startEtcd(site, etcdPeerPort));
  const client = await runApiServer('kube-apiserver', port);
  const kubeconfig = access.writeKubeconfig(ADMINISTRATOR, server);
  for (const user of options.users ?? []) access.writeKubeconfig(user, server);
  runControllerManager();
  return {
    server,
    authority,
    workspace,
    client,
    kubeconfig,
    findKubeconfig: (user) => toKubeconfigPath(workspace, user),
    kubectl: (args, input) =>
      runKubectl({ program: join(assets, 'kubectl'), workspace, kubeconfig }, args, input),
    killApiServer,
    startApiServer: async () => void (await runApiServer('kube-apiserver', port)),
    restartApiServer,
    tokenKeys: () => site.tokenKeys,
    changeTokenKeys,
    startTwin: async () => runApiServer('kube-apiserver-twin', await findFreePort()),
    adopt: (child) => void children.push(child),
    readLogTails: () => children.map((child) => child.readLogTail()).join(''),
    stop: async () => {
      for (const each of clients) each.close();
      await endAll(children, workspace);
    },
  };
}

function toList(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function toAuditFlags(workspace: Workspace, file: string | undefined): string[] {
  if (file === undefined) return [];
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
  return [
    `--audit-policy-file=${workspace.write('audit-policy.json', JSON.stringify(policy))}`,
    `--audit-log-path=${join(workspace.folder, file)}`,
  ];
}

// The data is thrown away: there is nothing for these programs to do gracefully, and an API server takes its time.
async function endAll(children: readonly Child[], workspace: Workspace): Promise<void> {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  await workspace.remove();
}

function createTokenKeys(workspace: Workspace): TokenKeys {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    signing: workspace.write('token.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    accepted: [workspace.write('token.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString())],
  };
}
