import { createBackOff } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { ObjectMetadata } from '../../kube/objects.ts';

export interface ReadDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
}

/**
 * Reads a pod that a watch has named, and again until the API server answers.
 * @returns undefined where it is gone, or the signal has aborted
 */
export async function readPodObject(
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
    const object = status === 200 ? parseObject(body) : undefined;
    if (object !== undefined) return object;
    await clock.delay(backOff.next(), signal);
  }
  return undefined;
}

/** Whether a pod waits for somebody to run it and nobody was found yet; pods of a real node are that node's. */
export function waitsForNode(pod: JsonRecord): boolean {
  const { metadata, spec, status } = pod;
  const phase = isRecord(status) ? (status['phase'] ?? 'Pending') : 'Pending';
  const bound = isRecord(spec) && spec['nodeName'] !== undefined;
  const ending = isRecord(metadata) && metadata['deletionTimestamp'] !== undefined;
  return phase === 'Pending' && !bound && !ending;
}

function parseObject(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
