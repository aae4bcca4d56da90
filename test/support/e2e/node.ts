import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../../src/base/clock.ts';
import { createKubeApi } from '../../../src/kube/api.ts';
import { loadKubeconfigAccess } from '../../../src/kube/kubeconfig.ts';
import type { LocalImage } from '../../../src/local-cluster/node/images.ts';
import { startTestNode } from '../../../src/local-cluster/node/node.ts';
import type { PodRun } from '../../../src/local-cluster/node/pod-run.ts';
import type { FakeClock } from '../fake-clock.ts';
import { createClock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { Pod } from './objects.ts';
import { findOurProgram } from './program.ts';

/** An image whose container waits until it is ended. */
export const WAITING_IMAGE = 'iam-bridge-e2e/waiting';

const IMAGES: readonly LocalImage[] = [
  {
    name: 'iam-bridge/iam-bridge',
    programs: { '/iam-bridge': findOurProgram() },
    entrypoint: ['/iam-bridge'],
  },
  { name: WAITING_IMAGE, programs: { '/wait': ['/bin/sleep', '600'] }, entrypoint: ['/wait'] },
];

/** A node in this process, for the pods of one namespace. */
export interface Node {
  /** What the age of tokens is told by; it stands still. */
  readonly tokenClock: FakeClock;
  /** Waits until the node runs the pod, its tokens are there and it is in that phase. */
  awaitPhase(pod: Pod, phase: string): Promise<PodRun>;
  stop(): Promise<void>;
}

/** Starts a node that runs pods as processes of this machine. */
export async function startNode(cluster: Cluster, namespace: string): Promise<Node> {
  const root = join(cluster.workspace.folder, 'pods');
  mkdirSync(root, { mode: 0o700 });
  const api = createKubeApi(await loadKubeconfigAccess({ path: cluster.kubeconfig }));
  const tokenClock = createClock();
  const told: string[] = [];
  const node = await startTestNode({
    api,
    namespace,
    images: IMAGES,
    root,
    clock: createSystemClock(),
    tokenClock,
    random: Math.random,
    tell: (text) => void told.push(text),
  });
  return {
    tokenClock,
    awaitPhase: ({ metadata: { name = '' } }, phase) =>
      eventually(() => {
        const run = node.find(namespace, name);
        if (run?.status().phase === phase) return run;
        throw new Error(`pod ${name} is ${run?.status().phase ?? 'unknown to the node'}; ${told.join('; ')}`);
      }),
    stop: async () => {
      await node.stop();
      api.close();
    },
  };
}
