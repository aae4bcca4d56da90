import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { KubeObject, Pod, PodSpec } from './objects.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The image of the examples. */
export const OUR_IMAGE = 'registry.example/iam-bridge:0.1.0';

/** The manifests of another installation, which an example of ours changes. */
export interface DropIn {
  readonly name: string;
  /** All that is there before a pod runs. */
  readonly objects: readonly KubeObject[];
  readonly webhookConfiguration: (KubeObject & WebhookConfiguration) | undefined;
  /** The pod as it is without our example. */
  readonly theirs: KubeObject & { spec: PodSpec };
  /** Runs what the example says, and returns the pod's namespace, labels and spec. */
  readonly change: (cluster: Cluster) => Promise<KubeObject & { spec: PodSpec }>;
}

export interface WebhookConfiguration {
  readonly webhooks: readonly { readonly clientConfig: { readonly service?: ServiceTarget } }[];
}

export interface ServiceTarget {
  readonly name: string;
  readonly namespace: string;
  readonly port?: number;
}

/** Reads `test/e2e/drop-in/NAME.yaml` and `examples/drop-in/NAME/FILE`. */
export function readDropIn(name: string, file: string): DropIn {
  const theirs = parseAllDocuments(readFileSync(join(ROOT, 'test/e2e/drop-in', `${name}.yaml`), 'utf8')).map(
    (document): KubeObject => document.toJS(),
  );
  const isWebhook = ({ kind }: KubeObject): boolean => kind === 'MutatingWebhookConfiguration';
  const isWorkload = ({ kind }: KubeObject): boolean => ['Deployment', 'DaemonSet', 'Pod'].includes(kind);
  const [workload] = theirs.filter(isWorkload);
  if (workload === undefined) throw new Error(`${name}: no workload`);
  const path = join(ROOT, 'examples/drop-in', name, file);
  return {
    name,
    objects: theirs.filter((each) => !isWebhook(each) && each.kind !== 'Pod'),
    webhookConfiguration: theirs.find(isWebhook) as DropIn['webhookConfiguration'],
    theirs: toPodTemplate(workload),
    change: async (cluster) => toPodTemplate(await changeWorkload(cluster, workload, path)),
  };
}

/** What a controller makes pods of. */
function toPodTemplate(workload: KubeObject): KubeObject & { spec: PodSpec } {
  const { template } = workload['spec'] as { template?: { metadata: object; spec: PodSpec } };
  if (template === undefined) return workload as Pod;
  return { ...workload, metadata: { ...workload.metadata, ...template.metadata }, spec: template.spec };
}

/** Makes the objects; those that were there before stay, as a priority class takes its moment to come. */
export async function createObjects(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await eventually(() => cluster.client.apply(object));
}

/** The command that stands in the example's own comment. A values file has none that could run without its chart. */
async function changeWorkload(cluster: Cluster, workload: KubeObject, path: string): Promise<KubeObject> {
  const text = readFileSync(path, 'utf8');
  const [, command] = /^#\s+kubectl (.+)$/m.exec(text) ?? [];
  const words = command?.split(' ') ?? toPatchCommand(workload, parse(text));
  const isLocal = words.includes('--local');
  const places: Readonly<Record<string, string>> = {
    'patch.yaml': path,
    'kube-apiserver.yaml': '-',
    yaml: 'json',
  };
  const args = [...words.map((word) => places[word] ?? word), ...(isLocal ? [] : ['-o', 'json'])];
  const { code, stdout, stderr } = await cluster.kubectl(args, isLocal ? JSON.stringify(workload) : '');
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

interface Values {
  readonly image?: { readonly registry: string; readonly repository: string; readonly tag: string };
  readonly resources?: object;
  readonly spec?: {
    authentication: { aws: { image: string; memoryRequest: string; memoryLimit: string } };
  };
}

/** Puts values to where the templates of chart and kops put them. */
function toPatchCommand({ kind, metadata }: KubeObject, { image, resources, spec }: Values): string[] {
  const { image: kops, memoryRequest, memoryLimit } = spec?.authentication.aws ?? {};
  const container = {
    // The container has the name of the workload in all of them.
    name: metadata.name,
    image: image === undefined ? kops : `${image.registry}/${image.repository}:${image.tag}`,
    resources: resources ?? { requests: { memory: memoryRequest }, limits: { memory: memoryLimit } },
  };
  const patch = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } });
  return ['-n', metadata.namespace ?? '', 'patch', kind.toLowerCase(), metadata.name ?? '', '-p', patch];
}
