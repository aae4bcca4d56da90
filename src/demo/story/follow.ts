import type { Clock } from '../../base/clock.ts';
import { type Manifest, toLabel } from '../../local-cluster/manifests.ts';
import type { TestNode } from '../../local-cluster/node/node.ts';
import type { PodRun } from '../../local-cluster/node/pod-run.ts';
import type { RunReport } from '../report.ts';
import type { StoryAws } from './aws.ts';
import type { ByHandFacts, StoryCase } from './cases.ts';
import { reportRun } from './run-report.ts';

/** Where pods run, and what they talk to. */
export interface RunPlace extends ByHandFacts {
  readonly node: TestNode;
  readonly aws: StoryAws;
  readonly clock: Clock;
}

/**
 * Follows a pod that the cluster has to its end.
 * @returns undefined where the story does not care
 * @throws Error where the node does not even look at it
 */
export async function followRun(
  { run: expected }: StoryCase,
  pod: Manifest,
  place: RunPlace,
): Promise<RunReport | undefined> {
  if (expected === undefined) return undefined;
  const run = await awaitRun(pod, place);
  if (typeof run !== 'string') return await reportRun(run, expected, place.aws);
  return {
    pod: toLabel(pod),
    exitCode: undefined,
    output: [],
    problems: [`the node cannot run it as it is: ${run}`],
  };
}

/** ms */
const PATIENCE = 30_000;
const LOOK_INTERVAL = 10;

/** @returns its run, or why there is none */
async function awaitRun(pod: Manifest, { node, clock }: RunPlace): Promise<PodRun | string> {
  const { namespace = '', name = '' } = pod.metadata;
  const never = new AbortController().signal;
  const deadline = clock.now() + PATIENCE;
  for (;;) {
    const run = node.find(namespace, name) ?? node.refusal(namespace, name);
    if (run !== undefined) return run;
    if (clock.now() > deadline) throw new Error(`the node has not taken pod ${toLabel(pod)}`);
    await clock.delay(LOOK_INTERVAL, never);
  }
}
