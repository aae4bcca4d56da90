import { createBackOff } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { parseJson } from '../../json/parse.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import { type KubeObject, type ObjectMetadata, toObjectLabel } from '../../kube/objects.ts';
import type { ReflectorSink } from '../../kube/reflector.ts';
import { type PodRun, type PodRunDeps, startPod } from './pod-run.ts';
import { type PodReference, readPod } from './pod-spec.ts';

/** The pods of a node, kept in step with those of the cluster. */
export interface PodTable {
  /** Where a reflector says which pods there are. */
  readonly sink: ReflectorSink<KubeObject>;
  runs(): readonly PodRun[];
  /** Why a pod cannot be run here; undefined where it can, or is not known. */
  refusal(namespace: string, name: string): string | undefined;
  /** Stops all, and takes no more. */
  clear(): Promise<void>;
}

export interface PodTableDeps extends PodRunDeps {
  readonly api: KubeApi;
}

/** What is known of a pod by its name: whether it is the node's to run shows only when it is read. */
interface Entry {
  run?: PodRun;
  problem?: string;
  readonly gone: AbortController;
}

export function createPodTable(deps: PodTableDeps): PodTable {
  const entries = new Map<string, Entry>();
  const unfinished = new Set<Promise<void>>();
  let listed: Set<string> | undefined;

  function follow(work: Promise<void>): void {
    const quiet = work.catch((error: unknown) => deps.tell(describeError(error)));
    unfinished.add(quiet);
    void quiet.then(() => unfinished.delete(quiet));
  }

  async function take(metadata: ObjectMetadata, entry: Entry): Promise<void> {
    const { signal } = entry.gone;
    const object = await readPodObject(metadata, { ...deps, random: deps.tokens.random }, signal);
    if (object === undefined || signal.aborted || !waitsForNode(object)) return;
    const reading = readPod(object);
    if (reading.kind === 'pod') entry.run = startPod(reading.pod, deps);
    else {
      entry.problem = reading.problem;
      await refuse(reading, signal);
    }
  }

  async function refuse(
    { pod, problem }: { readonly pod: PodReference; readonly problem: string },
    signal: AbortSignal,
  ): Promise<void> {
    deps.tell(`pod ${pod.namespace}/${pod.name}: ${problem}`);
    await deps.reportStatus(pod, { phase: 'Failed', reason: 'NotForTestNode', message: problem }, signal);
  }

  function forget(key: string): void {
    const entry = entries.get(key);
    entries.delete(key);
    entry?.gone.abort();
    if (entry?.run !== undefined) follow(entry.run.stop());
  }

  return {
    runs: () => [...entries.values()].flatMap(({ run }) => run ?? []),
    refusal: (namespace, name) => entries.get(`${namespace}/${name}`)?.problem,
    sink: {
      listing() {
        listed = new Set();
      },
      set({ metadata }) {
        const key = toObjectLabel(metadata);
        listed?.add(key);
        if (entries.has(key)) return;
        const entry: Entry = { gone: new AbortController() };
        entries.set(key, entry);
        follow(take(metadata, entry));
      },
      remove: (metadata) => forget(toObjectLabel(metadata)),
      listed() {
        for (const key of entries.keys()) if (!listed?.has(key)) forget(key);
        listed = undefined;
      },
    },
    async clear() {
      for (const key of entries.keys()) forget(key);
      await Promise.all(unfinished);
    },
  };
}

interface ReadDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
}

/**
 * Reads a pod that a watch has named, and again until the API server answers.
 * @returns undefined where it is gone, or the signal has aborted
 */
async function readPodObject(
  { name, namespace = '' }: Pick<ObjectMetadata, 'name' | 'namespace'>,
  { api, clock, random }: ReadDeps,
  signal: AbortSignal,
): Promise<JsonRecord | undefined> {
  const backOff = createBackOff(random);
  while (!signal.aborted) {
    const { status, body } = await api
      .get(`/api/v1/namespaces/${namespace}/pods/${name}`, { signal })
      .catch(() => ({ status: 0, body: '' }));
    if (status === 404) return undefined;
    const object = status === 200 ? parseJson(body) : undefined;
    if (isRecord(object)) return object;
    await clock.delay(backOff.next(), signal);
  }
  return undefined;
}

/** Whether a pod waits for somebody to run it and nobody was found yet; pods of a real node are that node's. */
function waitsForNode(pod: JsonRecord): boolean {
  const { metadata, spec, status } = pod;
  const phase = isRecord(status) ? (status['phase'] ?? 'Pending') : 'Pending';
  const bound = isRecord(spec) && spec['nodeName'] !== undefined;
  const ending = isRecord(metadata) && metadata['deletionTimestamp'] !== undefined;
  return phase === 'Pending' && !bound && !ending;
}
