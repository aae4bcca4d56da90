import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expandVariables } from '../../../src/local-cluster/node/process-spec.ts';
import type { Cluster } from './cluster.ts';
import {
  type BindMount,
  type ContainerNetwork,
  type Container as RunningContainer,
  startContainer,
} from './container.ts';
import type { LocalImage } from './image.ts';
import type { Container, KubeObject, Pod, Volume } from './objects.ts';

/** As much of a container's spec as decides how it runs. */
interface ContainerSpec extends Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly securityContext?: UserSpec;
  readonly readinessProbe?: ProbeSpec;
  readonly livenessProbe?: ProbeSpec;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
}

interface UserSpec {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
}

interface ProbeSpec {
  readonly httpGet?: { readonly path: string; readonly port: number | string; readonly scheme?: string };
}

export interface PodContainerOptions {
  readonly cluster: Cluster;
  /** As the API server has it: its ServiceAccount's token is a volume by then. */
  readonly pod: Pod;
  readonly container: string;
  readonly image: LocalImage;
  /** Tells instances apart. */
  readonly name: string;
  /** Folders that stand for those of the node, by their paths there. */
  readonly hostPaths?: Readonly<Record<string, string>>;
  /** What the node adds: name resolution and authorities of this test. */
  readonly mounts?: readonly BindMount[];
  readonly env?: Readonly<Record<string, string>>;
  /** Absent: the network that the test is in. */
  readonly network?: ContainerNetwork;
}

export interface PodContainer extends RunningContainer {
  /** The URL of the readiness probe, else of the liveness probe; undefined: it has none. */
  readonly probe: string | undefined;
  readonly uid: number;
}

/** Runs one container of a pod with its own command line, user, limit, environment, mounts and token. */
export async function startPodContainer(options: PodContainerOptions): Promise<PodContainer> {
  const { cluster, pod, image, name } = options;
  const spec = findContainer(pod, options.container);
  const user = { ...(pod.spec['securityContext'] as UserSpec | undefined), ...spec.securityContext };
  const { runAsUser: uid = image.user, runAsGroup: gid = uid === image.user ? image.user : 0 } = user;
  const env = toEnvironment(spec, pod, options);
  const folders = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) folders.set(volume.name, await fillVolume(options, volume));
  const mounts = (spec.volumeMounts ?? []).map(({ name: volume, mountPath, readOnly = false }) => ({
    path: mountPath,
    source: folders.get(volume) ?? '',
    readOnly,
  }));
  const words = [...(spec.command ?? image.entrypoint), ...(spec.args ?? [])];
  const container = startContainer({
    workspace: cluster.workspace,
    name,
    command: words.map((word) => expandVariables(word, new Map(Object.entries(env)))),
    env: { ...image.env, ...env, ...options.env },
    uid,
    gid,
    mounts: [...image.mounts, ...mounts, ...(options.mounts ?? [])],
    links: image.links,
    memoryLimit: readMebibytes(spec.resources?.limits?.memory),
    network: options.network,
  });
  cluster.adopt(container.child);
  return { ...container, uid, probe: toProbeUrl(spec, options.network?.address) };
}

function findContainer(pod: Pod, name: string): ContainerSpec {
  const found = pod.spec.containers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`pod ${pod.metadata.name} has no container ${name}`);
  return found;
}

function toEnvironment(
  spec: ContainerSpec,
  pod: Pod,
  { cluster, network }: PodContainerOptions,
): Record<string, string> {
  const { hostname, port } = new URL(cluster.server);
  // Only literal variables and the namespace are needed so far.
  const own = (spec.env ?? []).map(({ name, value }) => [name, value ?? pod.metadata.namespace ?? '']);
  return {
    KUBERNETES_SERVICE_HOST: network?.gateway ?? hostname,
    KUBERNETES_SERVICE_PORT: port,
    ...Object.fromEntries(own),
  };
}

/** `128Mi` in bytes. */
function readMebibytes(quantity: string | undefined): number | undefined {
  if (quantity === undefined) return undefined;
  const [, digits] = /^(\d+)Mi$/.exec(quantity) ?? [];
  if (digits === undefined) throw new Error(`${quantity} is no number of Mi`);
  return Number(digits) * 1024 * 1024;
}

function toProbeUrl(
  { readinessProbe, livenessProbe, ports = [] }: ContainerSpec,
  address = '127.0.0.1',
): string | undefined {
  const { httpGet } = readinessProbe ?? livenessProbe ?? {};
  if (httpGet === undefined) return undefined;
  const port = ports.find(({ name }) => name === httpGet.port)?.containerPort ?? httpGet.port;
  return `${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${address}:${port}${httpGet.path}`;
}

interface VolumeSource {
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string };
  readonly hostPath?: { readonly path: string };
  readonly projected?: { readonly sources: readonly ProjectedSource[] };
}

interface ProjectedSource {
  readonly serviceAccountToken?: TokenSource;
  readonly configMap?: {
    readonly name: string;
    readonly items: readonly { readonly key: string; readonly path: string }[];
  };
  /** Of the namespace, which is all that was needed so far. */
  readonly downwardAPI?: { readonly items: readonly { readonly path: string }[] };
}

interface TokenSource {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds: number;
}

/** Puts into a folder what kubelet would mount; files belong to root, and everybody may read them. */
async function fillVolume(options: PodContainerOptions, volume: Volume): Promise<string> {
  const { cluster, pod, name, hostPaths = {} } = options;
  // Every kind of volume that the examples have.
  const source = volume as VolumeSource;
  if (source.hostPath !== undefined) {
    const path = source.hostPath.path.replace(/\/$/, '');
    const folder = hostPaths[path];
    if (folder === undefined) throw new Error(`nothing stands for ${path} of the node`);
    return folder;
  }
  const files = await readFiles(cluster, pod, source);
  const folder = join(cluster.workspace.folder, `${name}-volumes`, volume.name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o644 });
  }
  return folder;
}

async function readFiles(
  cluster: Cluster,
  pod: Pod,
  { secret, configMap, projected }: VolumeSource,
): Promise<Record<string, string | Buffer>> {
  const { namespace = 'default' } = pod.metadata;
  const read = (kind: string, name: string): Promise<KubeObject & { data?: Record<string, string> }> =>
    cluster.client.get({ apiVersion: 'v1', kind, metadata: { name, namespace } });
  const readMap = async (name: string): Promise<Record<string, string>> =>
    (await read('ConfigMap', name)).data ?? {};
  if (configMap !== undefined) return readMap(configMap.name);
  if (secret !== undefined) {
    const { data = {} } = await read('Secret', secret.secretName);
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
  }
  if (projected === undefined) throw new Error('a volume of a kind that no pod of the tests has');
  const all = projected.sources.map((each) => readProjected({ cluster, pod, source: each, readMap }));
  return Object.assign({}, ...(await Promise.all(all)));
}

interface Projection {
  readonly cluster: Cluster;
  readonly pod: Pod;
  readonly source: ProjectedSource;
  readonly readMap: (name: string) => Promise<Record<string, string>>;
}

async function readProjected({ cluster, pod, source, readMap }: Projection): Promise<Record<string, string>> {
  const { serviceAccountToken, configMap, downwardAPI } = source;
  if (serviceAccountToken !== undefined)
    return { [serviceAccountToken.path]: await createToken(cluster, pod, serviceAccountToken) };
  if (downwardAPI !== undefined)
    return Object.fromEntries(downwardAPI.items.map(({ path }) => [path, pod.metadata.namespace ?? '']));
  if (configMap === undefined) throw new Error('a source of a kind that no pod of the tests has');
  // Without its controller nobody publishes the authority.
  const data = await readMap(configMap.name).catch((): Record<string, string> => ({}));
  return Object.fromEntries(
    configMap.items.map(({ key, path }) => [path, data[key] ?? cluster.authority.certificate]),
  );
}

async function createToken(
  cluster: Cluster,
  { metadata, spec }: Pod,
  { audience, expirationSeconds }: TokenSource,
): Promise<string> {
  const { namespace = 'default', name = '', uid = '' } = metadata;
  const { code, stdout, stderr } = await cluster.kubectl([
    ...['create', 'token', spec.serviceAccountName ?? 'default', `--namespace=${namespace}`],
    ...['--bound-object-kind=Pod', `--bound-object-name=${name}`, `--bound-object-uid=${uid}`],
    ...[`--duration=${expirationSeconds}s`, ...(audience === undefined ? [] : [`--audience=${audience}`])],
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}
