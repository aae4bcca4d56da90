import { generateKeyPairSync } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Authority } from '../../http/self-signed.ts';
import type { ApiAccess } from '../../kube/access.ts';
import { createKubeApi, type KubeApi } from '../../kube/api.ts';
import { type Cleanup, createTemporaryFolder, type Folder } from '../cleanup.ts';
import { findFreePorts } from '../loopback.ts';
import { toApiServerCommand, toControllerManagerCommand, toEtcdCommand } from './commands.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { awaitReady, type Programs, startProgram } from './programs.ts';
import { ADMINISTRATOR_USER, createUsers, ISSUER_USER, WEBHOOK_USER } from './users.ts';

/** A running etcd, kube-apiserver and kube-controller-manager. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Such as `v1.36.3`. */
  readonly version: string;
  readonly folder: Folder;
  readonly kubectl: Kubectl;
  /** @returns kubectl as somebody else. @param kubeconfig path */
  kubectlWith(kubeconfig: string): Kubectl;
  /** Access as the administrator. */
  readonly administrator: ApiAccess;
  /** Path of the kubeconfig of the user that the webhook runs as. */
  readonly webhookKubeconfig: string;
  /** The same for the issuer. */
  readonly issuerKubeconfig: string;
}

export interface ControlPlaneDeps {
  /** `https://127.0.0.1:PORT`: who signs ServiceAccount tokens. */
  readonly issuer: string;
  readonly programs: Programs;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly cleanup: Cleanup;
  /** Path of the kubeconfig of a webhook that is asked about tokens; absent: none is. */
  readonly tokenWebhook?: string;
}

/**
 * Starts a control plane on free loopback ports with everything in a temporary folder, and returns when its API
 * answers, which takes a few seconds.
 * @throws Error with the end of a log, where one of the programs does not come up
 */
export async function startControlPlane(deps: ControlPlaneDeps): Promise<ControlPlane> {
  const { programs, authority, clock, cleanup, issuer, tokenWebhook } = deps;
  const folder = await createTemporaryFolder(cleanup);
  const [etcdPort = 0, peerPort = 0, port = 0] = await findFreePorts(3);
  const server = `https://127.0.0.1:${port}`;
  const users = createUsers(server, authority.cert);
  const files = {
    ...(await writeTokenKeys(folder)),
    ...(await writeServingPair(folder, authority)),
    tokens: await folder.write('tokens.csv', users.tokenFile),
    tokenWebhook,
  };
  const kubeconfig = await folder.write('kubeconfig', users.toKubeconfig(ADMINISTRATOR_USER));
  const start = (name: keyof Programs, flags: readonly string[]) => {
    const program = startProgram(name, [programs[name], ...flags], folder.path);
    cleanup.add(program.stop);
    return program;
  };
  start('etcd', toEtcdCommand(folder.path, etcdPort, peerPort));
  const apiServer = start(
    'kube-apiserver',
    toApiServerCommand(folder.path, { port, etcdPort, issuer }, files),
  );
  const api = createKubeApi(users.administrator);
  cleanup.add(api.close);
  await awaitReady(apiServer, clock, () => isReady(api));
  start('kube-controller-manager', toControllerManagerCommand(kubeconfig, files.signingKey));
  const ending = new AbortController();
  cleanup.add(() => ending.abort());
  const { signal } = ending;
  const kubectlWith = (path: string): Kubectl =>
    createKubectl({ program: programs.kubectl, kubeconfig: path, folder: folder.path, signal });
  return {
    server,
    version: await readVersion(api),
    folder,
    administrator: users.administrator,
    kubectl: kubectlWith(kubeconfig),
    kubectlWith,
    webhookKubeconfig: await folder.write('webhook.kubeconfig', users.toKubeconfig(WEBHOOK_USER)),
    issuerKubeconfig: await folder.write('issuer.kubeconfig', users.toKubeconfig(ISSUER_USER)),
  };
}

/** The keys of ServiceAccount tokens. */
async function writeTokenKeys(folder: Folder) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signing = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const checking = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    signingKey: await folder.write('tokens.key', signing),
    checkingKey: await folder.write('tokens.pub', checking),
  };
}

async function writeServingPair(folder: Folder, authority: Authority) {
  const { cert, key } = await authority.issue();
  return {
    cert: await folder.write('kube-apiserver.crt', cert),
    key: await folder.write('kube-apiserver.key', key),
  };
}

async function isReady(api: KubeApi): Promise<boolean> {
  return await api.get('/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function readVersion(api: KubeApi): Promise<string> {
  const { body } = await api.get('/version');
  return /"gitVersion":\s*"([\w.+-]+)"/.exec(body)?.[1] ?? 'of an unknown version';
}
