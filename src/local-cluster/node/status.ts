import { createBackOff } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';
import type { NodeContainer, NodePod, PodReference } from './pod-spec.ts';

/** What became of a container so far. Times in ms since epoch. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: number }
  | {
      readonly kind: 'terminated';
      readonly exitCode: number;
      readonly startedAt: number;
      readonly finishedAt: number;
    };

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodStatus {
  readonly phase: PodPhase;
  /** CamelCase, where the phase does not say it all. */
  readonly reason?: string;
  readonly message?: string;
  readonly states: ReadonlyMap<NodeContainer, ContainerState>;
}

/** A pod that waits to be run: what each container begins with. */
export const CREATING: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };

/** `status` of a pod as the API has it. */
export function toStatusObject(pod: NodePod, { phase, reason, message, states }: PodStatus): object {
  const toStatus = (container: NodeContainer) =>
    toContainerStatus(container, states.get(container) ?? CREATING);
  return {
    phase,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(pod.initContainers.length > 0 && { initContainerStatuses: pod.initContainers.map(toStatus) }),
    containerStatuses: pod.containers.map(toStatus),
  };
}

function toContainerStatus({ name, image }: NodeContainer, state: ContainerState): object {
  const running = state.kind === 'running';
  // There are no images here, and the API server wants the field.
  return {
    name,
    image,
    imageID: '',
    restartCount: 0,
    ready: running,
    started: running,
    state: toState(state),
  };
}

function toState(state: ContainerState): object {
  switch (state.kind) {
    case 'waiting': {
      const { reason, message } = state;
      return { waiting: { reason, ...(message !== undefined && { message }) } };
    }
    case 'running':
      return { running: { startedAt: toTimestamp(state.startedAt) } };
    case 'terminated': {
      const { exitCode, startedAt, finishedAt } = state;
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      return {
        terminated: {
          exitCode,
          reason,
          startedAt: toTimestamp(startedAt),
          finishedAt: toTimestamp(finishedAt),
        },
      };
    }
  }
}

/** RFC 3339 to the second, as Kubernetes writes times. */
function toTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

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
