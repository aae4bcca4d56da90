/**
 * Runs other installations' manifests of aws-iam-authenticator with only our example's change: their objects on a real
 * API server, the command line of the changed pod with its user, limit, mounts and token in a root of its own, and the
 * API server told by the webhook kubeconfig that is theirs. Runs in a network namespace of its own, for the ports that
 * the manifests name; there STS is on this machine, by name.
 *
 * Writes a {@link Sighting} as JSON to the file that its first argument names.
 */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Signer, startLocalSts, toSession } from '../../support/authenticator/local-sts.ts';
import { createAuthority } from '../../support/certificates.ts';
import type { Ending } from '../../support/child.ts';
import { writeUserKubeconfig } from '../../support/e2e/authenticator.ts';
import { awaitRbac } from '../../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../../support/e2e/cluster.ts';
import { awaitReady } from '../../support/e2e/components.ts';
import { createObjects, readDropIn } from '../../support/e2e/drop-in.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { fetchText } from '../../support/e2e/fetch-text.ts';
import { toServiceAccount } from '../../support/e2e/fixtures.ts';
import { buildLocalImage, type LocalImage } from '../../support/e2e/image.ts';
import type { Pod } from '../../support/e2e/objects.ts';
import { type PodContainer, startPodContainer } from '../../support/e2e/pod-container.ts';
import type { Workspace } from '../../support/workspace.ts';

export interface Sighting {
  readonly daemonSet: {
    /** With the image changed and nothing else. */
    readonly imageAlone: Attempt;
    /** Without the example's user, and with the node's folders as they are. */
    readonly withoutUser: Attempt;
    readonly changed: Logins;
    /** Without the example's user, and with the node's folders given to the image's. */
    readonly chowned: Logins;
  };
  readonly kops: Logins;
}

/** How a process ended that was not expected to last. */
interface Attempt {
  readonly uid: number;
  readonly isLimited: boolean;
  readonly last: string;
  readonly ending: Ending;
}

interface Logins {
  readonly image: string;
  readonly uid: number;
  readonly isLimited: boolean;
  readonly probe: string | undefined;
  readonly checks: readonly string[];
  readonly complaints: readonly string[];
  /** Usernames; what kubectl says instead for who is refused. */
  readonly developer: string;
  readonly administrator: string;
  readonly stranger: string;
}

const DEVELOPER = toSession('Dev', 'jane@example.com');
const ADMINISTRATOR = toSession('Admin', 'root');
const STRANGER = toSession('Stranger', 'joe');
const READY = 'http://127.0.0.1:21364/readyz';
const NODE_FOLDERS = ['/var/aws-iam-authenticator', '/etc/kubernetes/aws-iam-authenticator'] as const;
const KOPS_FOLDER = '/srv/kubernetes/aws-iam-authenticator';
/** Of the Go program's image in kops, and of the user that nodeup makes. */
const KOPS_USER = 10_000;

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: drop-in-authenticators.ts OUTPUT');
const sts = await startLocalSts([DEVELOPER, ADMINISTRATOR, STRANGER], {}, 443);
try {
  writeFileSync(
    output,
    JSON.stringify({
      daemonSet: await onCluster(observeDaemonSet),
      kops: await onCluster(observeKops),
    } satisfies Sighting),
  );
} finally {
  await sts.stop();
}

interface Scene {
  readonly cluster: Cluster;
  readonly image: LocalImage;
  /** Restarts the API server with this webhook kubeconfig. */
  readonly tellApiServer: (path: string) => Promise<void>;
  /** What stands for folders of the node, by their paths. */
  readonly hostPaths: Readonly<Record<string, string>>;
}

async function onCluster<T>(observe: (scene: Scene) => Promise<T>): Promise<T> {
  const flags: string[] = [];
  const cluster = await startCluster({ apiServerFlags: flags });
  try {
    const { folder } = cluster.workspace;
    const paths = [...NODE_FOLDERS, KOPS_FOLDER].map((path) => [path, join(folder, 'host', path)] as const);
    // As kubelet or a person makes them: root's, and nobody else may write.
    for (const [, path] of paths) mkdirSync(path, { recursive: true, mode: 0o755 });
    const tellApiServer = async (path: string): Promise<void> => {
      flags.splice(0, flags.length, `--authentication-token-webhook-config-file=${path}`);
      await cluster.restartApiServer();
    };
    const image = await buildLocalImage(cluster.workspace);
    return await observe({ cluster, image, tellApiServer, hostPaths: Object.fromEntries(paths) });
  } catch (error) {
    console.error(cluster.readLogTails());
    throw error;
  } finally {
    await cluster.stop();
  }
}

async function observeDaemonSet(scene: Scene): Promise<Sighting['daemonSet']> {
  const { hostPaths, cluster } = scene;
  const changed = await createPod(scene, 'aws-iam-authenticator', 'patch.yaml');
  const theirs = toImageAlone(changed);
  const imageAlone = await attempt(scene, theirs, 'image-alone');
  const withoutUser = await attempt(scene, withoutRunAsUser(changed), 'without-user');
  const tell = (): Promise<void> =>
    scene.tellApiServer(join(hostPaths[NODE_FOLDERS[1]] ?? '', 'kubeconfig.yaml'));
  const asRoot = await logIn(scene, changed, 'changed', tell);
  for (const path of NODE_FOLDERS) giveTo(hostPaths[path] ?? '', scene.image.user);
  const chowned = await logIn(scene, withoutRunAsUser(changed), 'chowned', () => cluster.restartApiServer());
  return { imageAlone, withoutUser, changed: asRoot, chowned };
}

async function observeKops(scene: Scene): Promise<Logins> {
  const { cluster, hostPaths } = scene;
  const folder = hostPaths[KOPS_FOLDER] ?? '';
  // What nodeup leaves: a pair by the cluster's authority, and a webhook kubeconfig that trusts that one.
  const authority = createAuthority('kubernetes-ca');
  const { certificate, key } = authority.issue({ names: ['localhost', '127.0.0.1'] });
  for (const [name, text] of [['cert.pem', certificate] as const, ['key.pem', key] as const]) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chownSync(join(folder, name), KOPS_USER, KOPS_USER);
  }
  const kubeconfig = cluster.workspace.write('authn.config', toWebhookKubeconfig(authority.certificate));
  const pod = await createPod(scene, 'kops-aws-iam-authenticator', 'cluster.yaml');
  return await logIn(scene, pod, 'kops', () => scene.tellApiServer(kubeconfig));
}

function toWebhookKubeconfig(authority: string): string {
  const data = Buffer.from(authority).toString('base64');
  return JSON.stringify({
    clusters: [
      {
        name: 'aws-iam-authenticator',
        cluster: { server: 'https://127.0.0.1:21362/authenticate', 'certificate-authority-data': data },
      },
    ],
    users: [{ name: 'kube-apiserver', user: {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'aws-iam-authenticator', user: 'kube-apiserver' } }],
    'current-context': 'webhook',
  });
}

async function createPod({ cluster }: Scene, name: string, file: string): Promise<Pod> {
  const dropIn = readDropIn(name, file);
  await createObjects(cluster, dropIn.objects);
  await awaitRbac(cluster.client);
  const { metadata, spec } = await dropIn.change(cluster);
  const { namespace = '', name: workload = '', labels = {} } = metadata;
  await createObjects(cluster, [toServiceAccount(namespace, 'default')]);
  const { object } = await cluster.client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: `${workload}-0`, labels },
    spec,
  });
  return object;
}

/** The pod with the limits of the Go program's manifest, and without a user of its own. */
function toImageAlone(pod: Pod): Pod {
  return changeContainer(withoutRunAsUser(pod), { resources: { limits: { memory: '20Mi' } } });
}

function withoutRunAsUser(pod: Pod): Pod {
  return changeContainer(pod, { securityContext: {} });
}

function changeContainer(pod: Pod, change: object): Pod {
  const containers = pod.spec.containers.map((container) => ({ ...container, ...change }));
  return { ...pod, spec: { ...pod.spec, containers } };
}

function giveTo(folder: string, user: number): void {
  chownSync(folder, user, user);
  for (const name of ['ca.pem', 'ca-key.pem', 'cert.pem', 'key.pem', 'kubeconfig.yaml']) {
    try {
      chownSync(join(folder, name), user, user);
    } catch {
      // Each is in one of the two folders.
    }
  }
}

function start({ cluster, image, hostPaths }: Scene, pod: Pod, name: string): Promise<PodContainer> {
  const { workspace } = cluster;
  return startPodContainer({
    cluster,
    pod,
    image,
    name,
    hostPaths,
    container: 'aws-iam-authenticator',
    mounts: [
      {
        path: '/etc/hosts',
        source: writePublic(workspace, 'hosts', '127.0.0.1 localhost sts.us-west-2.amazonaws.com\n'),
      },
      { path: '/etc/aws.pem', source: writePublic(workspace, 'aws.pem', sts.authority) },
    ],
    env: { AWS_REGION: 'us-west-2', AWS_CA_BUNDLE: '/etc/aws.pem' },
  });
}

/** For whoever the container runs as. */
function writePublic(workspace: Workspace, name: string, content: string): string {
  const path = workspace.write(name, content);
  chmodSync(path, 0o644);
  return path;
}

async function attempt(scene: Scene, pod: Pod, name: string): Promise<Attempt> {
  const container = await start(scene, pod, name);
  const limit = setTimeout(() => container.child.kill('SIGTERM'), 20_000);
  const ending = await container.child.exited;
  clearTimeout(limit);
  container.remove();
  const { uid, isLimited } = container;
  return { uid, isLimited, ending, last: container.child.readLog().trimEnd().split('\n').at(-1) ?? '' };
}

async function logIn(
  scene: Scene,
  pod: Pod,
  name: string,
  tellApiServer: () => Promise<void>,
): Promise<Logins> {
  const container = await start(scene, pod, name);
  await awaitReady(container.child, () => fetchText(container.probe ?? READY));
  await eventually(() => fetchText(READY));
  // Before the API server goes away and comes back, which it tells about, too.
  const complaints = container.child
    .readLog()
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"/.test(line));
  await tellApiServer();
  const whoAmI = (signer: Signer): Promise<string> => whoIs(scene.cluster, signer);
  const logins = {
    developer: await whoAmI(DEVELOPER),
    administrator: await whoAmI(ADMINISTRATOR),
    stranger: await whoAmI(STRANGER),
  };
  const checks = (await fetchText(READY)).split('\n').filter((line) => line !== '');
  container.child.kill('SIGKILL');
  await container.child.exited;
  container.remove();
  const { uid, isLimited, probe } = container;
  return { image: pod.spec.containers[0]?.image ?? '', uid, isLimited, probe, checks, complaints, ...logins };
}

async function whoIs(cluster: Cluster, signer: Signer): Promise<string> {
  const access = { server: cluster.server, authority: cluster.authority.certificate };
  const kubeconfig = writeUserKubeconfig(cluster.workspace, access, signer);
  const { code, stdout, stderr } = await cluster.kubectl([
    `--kubeconfig=${kubeconfig}`,
    ...['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'],
  ]);
  return code === 0 ? stdout : stderr.trim();
}
