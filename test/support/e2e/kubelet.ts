import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../child.ts';
import type { Cluster } from './cluster.ts';
import { fetchText } from './fetch-text.ts';
import type { LocalImage } from './image.ts';
import type { KubeObject, Metadata, Pod } from './objects.ts';
import { type PodContainer, startPodContainer } from './pod-container.ts';

/**
 * What a scheduler and kubelet do for the pods of one namespace, with containers as {@link startPodContainer} makes them,
 * each in a network of its own: it binds pods to one Node, runs them, probes them, reports their addresses and whether
 * they are ready, and ends those that were told to go (preStop, SIGTERM, then SIGKILL). So the controllers of Kubernetes
 * itself make rollouts and endpoints of them. A container that ends is not started again.
 */
export interface Kubelet {
  /** Pods that it has, in the order of their start. */
  runs(): readonly PodRun[];
  stop(): Promise<void>;
}

export interface PodRun {
  readonly pod: Pod;
  readonly address: string;
  /** undefined: it is not started yet, or could not be. */
  container(): PodContainer | undefined;
  /** undefined: it has not ended. */
  ending(): Ending | undefined;
  /** Whether it was told to go before it ended. */
  wasTold(): boolean;
  problem(): string | undefined;
}

export interface KubeletOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly image: LocalImage;
  /** Of the API server, where pods find it. */
  readonly gateway: string;
  /** The n-th pod's, each used once. */
  readonly toAddress: (n: number) => string;
}

const NODE = 'node-0';
/** ms between two looks at pods and probes: kubelet takes its time, and a test has none. */
const LOOK = 200;

export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { cluster, namespace } = options;
  const runs = new Map<string, Run>();
  let stopped = false;
  await cluster.client.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });

  async function look(): Promise<void> {
    const pods = await cluster.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace } });
    await Promise.all(pods.map(lookAt));
    // What was deleted at once is gone from the list.
    const present = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const run of runs.values()) if (!present.has(run.pod.metadata.uid)) run.kill();
  }

  async function lookAt(pod: Pod): Promise<void> {
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (pod.spec['nodeName'] === undefined) await bind(cluster, pod.metadata);
    const run = runs.get(uid) ?? createRun({ ...options, pod, address: options.toAddress(runs.size) });
    runs.set(uid, run);
    if (deletionTimestamp !== undefined) run.end();
    await run.report();
  }

  const looking = (async () => {
    while (!stopped) {
      // An API server that is busy, or a pod that has changed meanwhile: the next look sees it.
      await look().catch(() => undefined);
      await sleep(LOOK);
    }
  })();
  return {
    runs: () => [...runs.values()],
    stop: async () => {
      stopped = true;
      await looking;
      await Promise.all([...runs.values()].map((run) => run.remove()));
    },
  };
}

async function bind({ client }: Cluster, { name = '', namespace = '' }: Metadata): Promise<void> {
  await client.create({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    target: { apiVersion: 'v1', kind: 'Node', name: NODE },
  } as KubeObject);
}

interface Run extends PodRun {
  /** Tells the API server what has changed. */
  report(): Promise<void>;
  /** Begins to end it as kubelet does. */
  end(): void;
  kill(): void;
  remove(): Promise<void>;
}

type RunOptions = KubeletOptions & { readonly pod: Pod; readonly address: string };

function createRun(options: RunOptions): Run {
  const { cluster, pod, image, address, gateway } = options;
  const [spec] = pod.spec.containers;
  let container: PodContainer | undefined;
  let ending: Ending | undefined;
  let ended: Promise<void> | undefined;
  let wasTold = false;
  let problem: string | undefined;
  let reported = '';

  const running = startPodContainer({
    cluster,
    pod,
    image,
    name: `${pod.metadata.name}-${pod.metadata.uid?.slice(0, 4)}`,
    container: spec?.name ?? '',
    network: { address, gateway },
  }).then(
    (started) => {
      container = started;
      void started.child.exited.then(
        (how) => {
          ending = how;
        },
        (leak: unknown) => {
          problem = String(leak);
        },
      );
      return started;
    },
    (error: unknown) => {
      problem = String(error);
      return undefined;
    },
  );

  async function finish(): Promise<void> {
    const { name, namespace } = pod.metadata;
    const started = await running;
    const preStop = spec?.['lifecycle'] as
      | { readonly preStop?: { readonly sleep?: { readonly seconds: number } } }
      | undefined;
    if (started?.child.isRunning()) {
      const seconds = preStop?.preStop?.sleep?.seconds ?? 0;
      await sleep(seconds * 1_000);
      const grace = Number(pod.spec['terminationGracePeriodSeconds'] ?? 30);
      await started.child.stop((grace - seconds) * 1_000);
    }
    started?.remove();
    await cluster.client.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } as Metadata });
  }

  return {
    pod,
    address,
    container: () => container,
    ending: () => ending,
    wasTold: () => wasTold,
    problem: () => problem,
    async report() {
      const isReady = ending === undefined && (await isProbed(container));
      const status = toStatus({ pod, address, container, ending, isReady });
      const text = JSON.stringify(status);
      if (text === reported) return;
      const { name, namespace } = pod.metadata;
      await cluster.client.mergeStatus({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace } as Metadata,
        status,
      });
      reported = text;
    },
    end() {
      if (ending === undefined) wasTold = true;
      ended ??= finish().catch((error: unknown) => {
        problem = String(error);
      });
    },
    kill: () => container?.child.kill('SIGKILL'),
    async remove() {
      await running;
      container?.child.kill('SIGKILL');
      await container?.child.exited;
      await ended;
    },
  };
}

async function isProbed(container: PodContainer | undefined): Promise<boolean> {
  if (container === undefined) return false;
  if (container.probe === undefined) return true;
  return fetchText(container.probe).then(
    () => true,
    () => false,
  );
}

interface Seen {
  readonly pod: Pod;
  readonly address: string;
  readonly container: PodContainer | undefined;
  readonly ending: Ending | undefined;
  readonly isReady: boolean;
}

/** PodStatus of Kubernetes, as much of it as controllers and helm look at. */
function toStatus({ pod, address, container, ending, isReady }: Seen): object {
  const [spec] = pod.spec.containers;
  const isOnce = pod.spec['restartPolicy'] === 'Never';
  const phases = { once: ending?.code === 0 ? 'Succeeded' : 'Failed', always: 'Running' };
  const phase = ending === undefined ? 'Running' : phases[isOnce ? 'once' : 'always'];
  const state =
    ending === undefined
      ? { running: {} }
      : { terminated: { exitCode: ending.code ?? 137, reason: 'Ended' } };
  const status = isReady ? 'True' : 'False';
  return {
    phase: container === undefined ? 'Pending' : phase,
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type, index) => ({
      type,
      status: index < 2 ? 'True' : status,
    })),
    containerStatuses: [
      {
        name: spec?.name,
        image: spec?.image,
        imageID: '',
        restartCount: 0,
        started: container !== undefined && ending === undefined,
        ready: isReady,
        state: container === undefined ? { waiting: { reason: 'ContainerCreating' } } : state,
      },
    ],
  };
}
