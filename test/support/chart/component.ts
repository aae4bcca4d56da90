import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../child.ts';
import type { Cluster } from '../e2e/cluster.ts';
import { awaitReady } from '../e2e/components.ts';
import { fetchText } from '../e2e/fetch-text.ts';
import { findOurProgram } from '../e2e/program.ts';
import { only, type Rendered } from './render.ts';

/** A workload of the chart, as a process of this machine. */
export interface Component {
  readonly child: Child;
  /** Its user at the API server. */
  readonly user: string;
  readonly ops: string;
}

/**
 * Runs the container of a workload: its command line as it is rendered, with the token of its own ServiceAccount. What a
 * pod has at fixed paths is below a folder here.
 */
export async function startComponent(
  cluster: Cluster,
  objects: readonly Rendered[],
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<Component> {
  const { metadata, spec } = only(objects, kind, name);
  const [container] = spec.template.spec.containers;
  const account = spec.template.spec.serviceAccountName;
  const kubeconfig = await createKubeconfig(cluster, metadata.namespace ?? '', account);
  const words = writeMounts(cluster, objects, container.args);
  const child = startChild({
    workspace: cluster.workspace,
    name,
    command: [...findOurProgram(), ...words, `--kubeconfig=${kubeconfig}`],
  });
  cluster.adopt(child);
  const port = container.ports.find(
    (each: { readonly name: string }) => each.name === 'metrics',
  ).containerPort;
  const ops = `http://127.0.0.1:${port}`;
  await awaitReady(child, () => fetchText(`${ops}/readyz`));
  return { child, ops, user: `system:serviceaccount:${metadata.namespace}:${account}` };
}

async function createKubeconfig(cluster: Cluster, namespace: string, account: string): Promise<string> {
  const { stdout, stderr, code } = await cluster.kubectl(['create', 'token', '-n', namespace, account]);
  if (code !== 0) throw new Error(stderr);
  const ca = Buffer.from(cluster.authority.certificate).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'pod',
    contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod' } }],
    clusters: [{ name: 'pod', cluster: { server: cluster.server, 'certificate-authority-data': ca } }],
    users: [{ name: 'pod', user: { token: stdout.trim() } }],
  };
  return cluster.workspace.write(`${account}.kubeconfig`, JSON.stringify(config));
}

/** The authenticator has a configuration of the chart, and two folders that it writes to. */
function writeMounts(cluster: Cluster, objects: readonly Rendered[], args: readonly string[]): string[] {
  const folder = join(cluster.workspace.folder, 'authenticator');
  mkdirSync(folder, { recursive: true });
  return args.map((word) => {
    if (word.startsWith('--config=')) {
      const text = only(objects, 'ConfigMap', 'iam-bridge-authenticator')['data']['config.yaml'];
      return `--config=${cluster.workspace.write('authenticator/config.yaml', text)}`;
    }
    return word.replace(/^(--state-dir|--generate-kubeconfig)=/, `$1=${folder}`);
  });
}
