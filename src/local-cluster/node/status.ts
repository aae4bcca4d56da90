import type { NodeContainer, NodePod } from './pod-spec.ts';

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
