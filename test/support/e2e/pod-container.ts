import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expandVariables } from '../../../src/local-cluster/node/process-spec.ts';
import type { Cluster } from './cluster.ts';
import { type BindMount, type Container as RunningContainer, startContainer } from './container.ts';
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
}

export interface PodContainer extends RunningContainer {
  /** The URL of the readiness probe, else of the liveness probe, at 127.0.0.1; undefined: it has none. */
  readonly probe: string | undefined;
  readonly uid: number;
}

/** Runs one container of a pod with its own command line, user, limit, environment, mounts and token. */
export async function startPodContainer(options: PodContainerOptions): Promise<PodContainer> {
  const { cluster, pod, image, name } = options;
  const spec = findContainer(pod, options.container);
  const user = { ...(pod.spec['securityContext'] as UserSpec | undefined), ...spec.securityContext };
  const { runAsUser: uid = image.user, runAsGroup: gid = uid === image.user ? image.user : 0 } = user;
  const env = toEnvironment(spec, pod, cluster);
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
    env: { ...env, ...options.env },
    uid,
    gid,
    mounts: [...image.mounts, ...mounts, ...(options.mounts ?? [])],
    links: image.links,
    memoryLimit: readMebibytes(spec.resources?.limits?.memory),
  });
  cluster.adopt(container.child);
  return { ...container, uid, probe: toProbeUrl(spec) };
}

function findContainer(pod: Pod, name: string): ContainerSpec {
  const found = pod.spec.containers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`pod ${pod.metadata.name} has no container ${name}`);
  return found;
}

function toEnvironment(spec: ContainerSpec, pod: Pod, { server }: Cluster): Record<string, string> {
  const { hostname, port } = new URL(server);
  // Only literal variables and the namespace are needed so far.
  const own = (spec.env ?? []).map(({ name, value }) => [name, value ?? pod.metadata.namespace ?? '']);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, ...Object.fromEntries(own) };
}

/** `128Mi` in bytes. */
function readMebibytes(quantity: string | undefined): number | undefined {
  if (quantity === undefined) return undefined;
  const [, digits] = /^(\d+)Mi$/.exec(quantity) ?? [];
  if (digits === undefined) throw new Error(`${quantity} is no number of Mi`);
  return Number(digits) * 1024 * 1024;
}

function toProbeUrl({ readinessProbe, livenessProbe, ports = [] }: ContainerSpec): string | undefined {
  const { httpGet } = readinessProbe ?? livenessProbe ?? {};
  if (httpGet === undefined) return undefined;
  const port = ports.find(({ name }) => name === httpGet.port)?.containerPort ?? httpGet.port;
  return `${(httpGet.scheme ?? 'HTTP').toLowerCase()}://127.0.0.1:${port}${httpGet.path}`;
}

interface VolumeSource {
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string };
  readonly hostPath?: { readonly path: string };
  readonly projected?: { readonly sources: readonly { readonly serviceAccountToken?: { path: string } }[] };
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
  if (configMap !== undefined) return (await read('ConfigMap', configMap.name)).data ?? {};
  if (secret !== undefined) {
    const { data = {} } = await read('Secret', secret.secretName);
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
  }
  if (projected === undefined) throw new Error('a volume of a kind that no example has');
  // The API server's own, which it gives to every pod.
  return { token: await createToken(cluster, pod), 'ca.crt': cluster.authority.certificate, namespace };
}

async function createToken(cluster: Cluster, { metadata, spec }: Pod): Promise<string> {
  const { namespace = 'default', name = '', uid = '' } = metadata;
  const { code, stdout, stderr } = await cluster.kubectl([
    ...['create', 'token', spec.serviceAccountName ?? 'default', `--namespace=${namespace}`],
    ...['--bound-object-kind=Pod', `--bound-object-name=${name}`, `--bound-object-uid=${uid}`],
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}
