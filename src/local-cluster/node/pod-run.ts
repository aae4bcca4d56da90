import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createBackOff } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { type ContainerRun, createContainerRun } from './container-run.ts';
import type { LocalImage } from './images.ts';
import type { NodeContainer, NodePod } from './pod-spec.ts';
import { placeMounts, planProcess } from './process-spec.ts';
import { type PodPhase, type PodStatus, type ReportStatus, toStatusObject } from './status.ts';
import { createTokenVolumes, type TokenVolumes, type TokenVolumesDeps } from './token-volumes.ts';

/** A pod that the node has taken. */
export interface PodRun extends Pick<TokenVolumes, 'renew'> {
  readonly pod: NodePod;
  readonly tokenFiles: TokenVolumes['files'];
  /** Init containers first. */
  readonly containers: readonly ContainerRun[];
  status(): Pick<PodStatus, 'phase' | 'reason' | 'message'>;
  /** Resolves when the pod has succeeded or failed and the API server knows, or when it was stopped. */
  readonly ended: Promise<void>;
  /** Ends all processes, and removes the pod's files. */
  stop(): Promise<void>;
}

export interface PodRunDeps {
  readonly images: readonly LocalImage[];
  /** Gets a folder for each pod. */
  readonly root: string;
  readonly clock: Clock;
  readonly tokens: TokenVolumesDeps;
  readonly reportStatus: ReportStatus;
  /** Something that went wrong, and will be tried again or has ended the pod; one line. */
  readonly tell: (problem: string) => void;
}

/** Runs a pod: its volumes, its init containers one after the other, then all others side by side. */
export function startPod(pod: NodePod, deps: PodRunDeps): PodRun {
  const progress = createProgress(pod, deps);
  const ended = runPod(progress).catch((error: unknown) => deps.tell(describeError(error)));
  return {
    pod,
    tokenFiles: progress.volumes.files,
    containers: [...progress.runs.values()],
    status: () => progress.status,
    ended,
    renew: progress.volumes.renew,
    async stop() {
      progress.stopping.abort();
      await Promise.all([progress.volumes.close(), ...[...progress.runs.values()].map((run) => run.stop())]);
      await ended;
      await rm(progress.folder, { recursive: true, force: true });
    },
  };
}

/** A pod on its way, and how far it has come. */
interface PodProgress extends PodRunDeps {
  readonly pod: NodePod;
  readonly folder: string;
  readonly volumes: TokenVolumes;
  readonly runs: ReadonlyMap<NodeContainer, ContainerRun>;
  readonly stopping: AbortController;
  status: Pick<PodStatus, 'phase' | 'reason' | 'message'>;
  /** The last report. */
  reported: Promise<void>;
}

function createProgress(pod: NodePod, deps: PodRunDeps): PodProgress {
  const folder = join(deps.root, pod.uid);
  const containerDeps = { now: deps.clock.now, folder };
  const all = [...pod.initContainers, ...pod.containers];
  return {
    ...deps,
    pod,
    folder,
    volumes: createTokenVolumes(pod, join(folder, VOLUMES), deps.tokens),
    runs: new Map(all.map((container) => [container, createContainerRun(containerDeps)])),
    stopping: new AbortController(),
    status: { phase: 'Pending' },
    reported: Promise.resolve(),
  };
}

const VOLUMES = 'volumes';

async function runPod(progress: PodProgress): Promise<void> {
  const { pod, folder, stopping } = progress;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await fillVolumes(progress);
  if (stopping.signal.aborted) return;
  const phase = await runContainers(progress);
  await report(progress, { ...progress.status, phase });
  // What is over needs no fresh tokens, and its output stays readable.
  progress.tell(`pod ${pod.namespace}/${pod.name}: ${phase}`);
}

/** A container starts when all its volumes are there, and not before: kubelet, too, tries until they are. */
async function fillVolumes({ pod, volumes, clock, tokens, stopping, tell }: PodProgress): Promise<void> {
  const backOff = createBackOff(tokens.random);
  while (!stopping.signal.aborted) {
    const { complete, problems } = await volumes.renew();
    for (const problem of problems) tell(`pod ${pod.namespace}/${pod.name}: ${problem}`);
    if (complete) return;
    await clock.delay(backOff.next(), stopping.signal);
  }
}

async function runContainers(progress: PodProgress): Promise<PodPhase> {
  const { initContainers, containers } = progress.pod;
  for (const container of initContainers) {
    if ((await runContainer(progress, container, 'Pending')) !== 0) return 'Failed';
  }
  const codes = await Promise.all(
    containers.map((container) => runContainer(progress, container, 'Running')),
  );
  return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
}

/** @returns its exit code; 127, as a shell has it, where no program stands for it */
async function runContainer(
  progress: PodProgress,
  container: NodeContainer,
  phase: PodPhase,
): Promise<number> {
  const { images, folder, runs, stopping } = progress;
  const run = runs.get(container);
  if (run === undefined || stopping.signal.aborted) return 127;
  const mounts = placeMounts(container, join(folder, VOLUMES));
  const plan = planProcess(container, { images, mounts, home: folder });
  if (plan.kind === 'unknown-program') {
    progress.status = { ...progress.status, reason: 'NoLocalProgram', message: plan.problem };
    return 127;
  }
  return await run.run(plan.process, () => {
    void report(progress, { ...progress.status, phase }).catch(() => {});
  });
}

/** Reports go out in order: each waits for the one before. */
async function report(progress: PodProgress, status: PodProgress['status']): Promise<void> {
  const { pod, runs, stopping, reportStatus } = progress;
  progress.status = status;
  const states = new Map([...runs].map(([container, run]) => [container, run.state()]));
  const before = progress.reported;
  progress.reported = before.then(() =>
    reportStatus(pod, toStatusObject(pod, { ...status, states }), stopping.signal),
  );
  await progress.reported;
}
