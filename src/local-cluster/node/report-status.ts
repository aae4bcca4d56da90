import { createBackOff } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';
import type { PodReference } from './pod-spec.ts';

/**
 * Tells the API server what became of a pod. Resolves where the pod is gone, too: then nobody wants to know.
 * @param status of the pod, as far as it changes
 * @throws Error where the API server will never take it
 */
export type ReportStatus = (pod: PodReference, status: object, signal: AbortSignal) => Promise<void>;

/** Not found: deleted. Conflict: another pod of the same name. */
const GONE: readonly number[] = [404, 409];

export interface ReportStatusDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: () => number;
}

/** @returns a report that is repeated until the API server has taken it, or the signal aborts */
export function createStatusReport({ api, clock, random }: ReportStatusDeps): ReportStatus {
  return async (pod, status, signal) => {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/status`;
    // The uid is a precondition: of this very pod, and of no later one by its name.
    const patch = { metadata: { uid: pod.uid }, status };
    const backOff = createBackOff(random);
    while (!signal.aborted) {
      const answer = await api
        .send('PATCH', path, patch, { contentType: 'application/merge-patch+json', signal })
        // Whatever happened to it on the way, the next attempt says the same.
        .catch(() => ({ status: 0, body: '' }));
      if (answer.status === 200 || GONE.includes(answer.status)) return;
      // Asking again does not mend these.
      if (answer.status === 422 || answer.status === 403) {
        throw toStatusError(`status of pod ${pod.namespace}/${pod.name}`, answer.status, answer.body);
      }
      await clock.delay(backOff.next(), signal);
    }
  };
}
