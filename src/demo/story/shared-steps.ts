import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority } from '../../http/self-signed.ts';
import type { ApiAccess } from '../../kube/access.ts';
import { createKubeApi } from '../../kube/api.ts';
import type { Folder } from '../../local-cluster/cleanup.ts';
import type { LocalImage } from '../../local-cluster/node/images.ts';
import { startTestNode } from '../../local-cluster/node/node.ts';
import type { StepResult } from '../report.ts';
import type { StoryDeps } from '../run.ts';
import { toIssuerCommands } from '../servers.ts';

export interface IssuerStepOptions {
  /** `https://127.0.0.1:PORT` */
  readonly issuer: string;
  readonly clusterFlags: readonly string[];
  readonly authority: Authority;
  readonly folder: Folder;
}

/** Makes the cluster's issuer public, as far as this machine goes. */
export async function showIssuer(
  { issuer, clusterFlags, authority, folder }: IssuerStepOptions,
  { startIssuer, cleanup }: Pick<StoryDeps, 'startIssuer' | 'cleanup'>,
): Promise<StepResult> {
  const { cert, key } = await authority.issue();
  await folder.write('ca.crt', authority.cert);
  const running = await startIssuer({
    issuer,
    clusterFlags,
    certPath: await folder.write('issuer.crt', cert),
    keyPath: await folder.write('issuer.key', key),
  });
  cleanup.add(running.stop);
  return {
    text: [
      `The cluster signs its tokens as ${issuer}. The issuer reads the public keys from the cluster's API and shows them there to everybody, which is how AWS STS can tell a token of this cluster from any other.`,
    ],
    commands: toIssuerCommands(running, issuer, folder.path),
  };
}

/** The image of the examples: everything that is in it is this very program. */
function toImage(program: readonly string[]): LocalImage {
  return { name: 'iam-bridge/iam-bridge', programs: { '/iam-bridge': program }, entrypoint: ['/iam-bridge'] };
}

/** Starts a node that runs the pods of a cluster as processes of this machine. */
export async function showNode(
  { access, folder }: { readonly access: ApiAccess; readonly folder: Folder },
  { clock, program, cleanup }: Pick<StoryDeps, 'clock' | 'program' | 'cleanup'>,
) {
  const root = join(folder.path, 'pods');
  await mkdir(root, { mode: 0o700 });
  const api = createKubeApi(access);
  cleanup.add(api.close);
  const node = await startTestNode({
    api,
    images: [toImage(program)],
    root,
    clock,
    tokenClock: clock,
    random: Math.random,
    // What a pod came to is told by its report.
    tell: () => {},
  });
  cleanup.add(node.stop);
  return {
    node,
    commands: [
      { command: 'kubectl -n demo create token s3-echoer --audience sts.amazonaws.com --duration 24h' },
    ],
    text: [
      'It stands for kubelet: asks for the bound token that a pod names, writes it where the pod expects it, and runs the container as a process of this machine, with the environment of the pod and nothing else.',
    ],
  };
}
