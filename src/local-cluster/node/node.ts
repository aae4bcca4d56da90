import type { Clock } from '../../base/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toKubeObject } from '../../kube/objects.ts';
import { createReflector, type ReflectorEvent } from '../../kube/reflector.ts';
import type { LocalImage } from './images.ts';
import type { PodRun } from './pod-run.ts';
import { createPodTable } from './pod-table.ts';
import { createStatusReport } from './status.ts';
import { createTokenRequest } from './token-grant.ts';
import type { Renewal } from './token-volumes.ts';

/**
 * A node without containers: it runs the pods of a cluster as processes of this machine. It does not bind them, because
 * pods of a node that does not exist are deleted after 40 s; it takes those that are bound to none. A container is
 * started once (`restartPolicy: Never`), as the user of this process, and only where `images` has a program for it.
 */
export interface TestNode {
  /** Those that it has taken and that were not deleted; the ones that are over stay for their output. */
  pods(): readonly PodRun[];
  find(namespace: string, name: string): PodRun | undefined;
  /** Why it has not taken a pod: what it asks for is nothing that this node has. */
  refusal(namespace: string, name: string): string | undefined;
  /** One look at all tokens of pods that run, which otherwise happens once a minute of `tokenClock`. */
  renew(): Promise<readonly Renewal[]>;
  /** Ends all processes, and whatever is under way. */
  stop(): Promise<void>;
}

export interface TestNodeOptions {
  readonly api: KubeApi;
  /** Absent: all. */
  readonly namespace?: string;
  readonly images: readonly LocalImage[];
  /** Folder for the files of pods, readable by this user only; stays the caller's to remove. */
  readonly root: string;
  readonly clock: Clock;
  /** What the age of tokens is told by; a test may have it run ahead of the API server's. */
  readonly tokenClock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  /** One line about something that happened or went wrong; no secret is in it. */
  readonly tell: (text: string) => void;
}

/** ms between two looks at all tokens: kubelet looks at a pod's volumes about as often. */
const RENEWAL_INTERVAL = 60_000;

/** Resolves when the pods that are there already are known. */
export async function startTestNode(options: TestNodeOptions): Promise<TestNode> {
  const { api, namespace, clock, tokenClock, random, tell } = options;
  const pods = createPodTable({
    ...options,
    tokens: { requestToken: createTokenRequest(api), now: tokenClock.now, random },
    reportStatus: createStatusReport({ api, clock, random }),
  });
  const reflector = createReflector({
    api,
    path: namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${namespace}/pods`,
    metadataOnly: true,
    parse: toKubeObject,
    sink: pods.sink,
    clock,
    random,
    report: (event) => tellTrouble(event, tell),
  });
  const stopping = new AbortController();
  const renew = (): Promise<Renewal[]> =>
    Promise.all(
      pods
        .runs()
        .filter(isUnderWay)
        .map((run) => run.renew()),
    );
  reflector.start();
  await reflector.firstList;
  const renewing = keepRenewing();

  async function keepRenewing(): Promise<void> {
    while (!stopping.signal.aborted) {
      await tokenClock.delay(RENEWAL_INTERVAL, stopping.signal);
      if (stopping.signal.aborted) return;
      for (const { problems } of await renew()) problems.forEach(tell);
    }
  }

  return {
    pods: pods.runs,
    find: (wanted, name) => pods.runs().find(({ pod }) => pod.namespace === wanted && pod.name === name),
    refusal: pods.refusal,
    renew,
    async stop() {
      stopping.abort();
      await Promise.all([reflector.stop(), renewing]);
      await pods.clear();
    },
  };
}

function isUnderWay({ status }: PodRun): boolean {
  const { phase } = status();
  return phase === 'Pending' || phase === 'Running';
}

function tellTrouble(event: ReflectorEvent, tell: (text: string) => void): void {
  if (event.kind === 'failed') tell(`${event.during} of pods failed: ${event.error.message}`);
}
