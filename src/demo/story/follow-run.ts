import type { Clock } from '../../base/clock.ts';
import { toObjectLabel } from '../../kube/objects.ts';
import { type Manifest, toLabel } from '../../local-cluster/manifests.ts';
import type { TestNode } from '../../local-cluster/node/node.ts';
import type { PodRun } from '../../local-cluster/node/pod-run.ts';
import type { HiddenReason, RunReport, WrittenObject } from '../report.ts';
import type { StoryAws } from './aws.ts';

/** What should come of a container. */
export interface ExpectedRun {
  readonly exitCode: number;
  /** The line that it should write. */
  readonly says: RegExp;
  /** The text of the object that it should write. */
  readonly text?: string;
  /** Why it fails, where that is not to be had from AWS: the story knows. */
  readonly diagnosis?: HiddenReason;
  /** What AWS should have against it, where it was asked. */
  readonly refusal?: ExpectedRefusal;
}

interface ExpectedRefusal {
  readonly reason: RegExp;
  readonly remedy: RegExp;
  /** What helps, where AWS's reason does not come with a remedy. */
  readonly remedies?: readonly string[];
}

/** Where pods run, and what they talk to. */
export interface RunDeps {
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
  expected: ExpectedRun | undefined,
  pod: Manifest,
  deps: RunDeps,
): Promise<RunReport | undefined> {
  if (expected === undefined) return undefined;
  const run = await awaitRun(pod, deps);
  if (typeof run !== 'string') return await reportRun(run, expected, deps.aws);
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
async function awaitRun(pod: Manifest, { node, clock }: RunDeps): Promise<PodRun | string> {
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

/** Waits for a pod to end, and compares what came of it with what should have come. */
async function reportRun(run: PodRun, expected: ExpectedRun, aws: StoryAws): Promise<RunReport> {
  await run.ended;
  const container = run.containers.at(-1);
  const state = container?.state();
  const exitCode = state?.kind === 'terminated' ? state.exitCode : undefined;
  const output = [container?.stdout() ?? '', container?.stderr() ?? ''].flatMap(splitLines);
  const object = await readWritten(output, aws);
  const hidden = expected.diagnosis ?? (await findReason(run, expected, aws));
  const report = { exitCode, output, ...(object && { object }), ...(hidden && { hidden }) };
  return {
    pod: toObjectLabel({ ...run.pod, resourceVersion: '' }),
    ...report,
    problems: checkRun(report, expected),
  };
}

function splitLines(text: string): string[] {
  return text.trimEnd() === '' ? [] : text.trimEnd().split('\n');
}

/** The object that a line speaks of, if it is there: what a program says of itself proves nothing. */
async function readWritten(output: readonly string[], aws: StoryAws): Promise<WrittenObject | undefined> {
  const [, url, bucket = '', key = ''] = /\b(s3:\/\/([^/\s]+)\/(\S+))/.exec(output.join('\n')) ?? [];
  if (url === undefined) return undefined;
  const text = await aws.readObject(bucket, key);
  return text === undefined ? undefined : { url, text };
}

/** Asks the same question again, of the same judge that the local STS has, who says why. */
async function findReason(
  run: PodRun,
  { refusal }: ExpectedRun,
  aws: StoryAws,
): Promise<HiddenReason | undefined> {
  if (refusal === undefined) return undefined;
  const found = await aws.explain(run);
  if (found === undefined) return undefined;
  return { ...found, remedies: [...found.remedies, ...(refusal.remedies ?? [])] };
}

/** @returns sentences; none: all is well */
function checkRun(report: Omit<RunReport, 'pod' | 'problems'>, expected: ExpectedRun): string[] {
  const { exitCode, output, object, hidden } = report;
  const problems: string[] = [];
  if (exitCode !== expected.exitCode) {
    problems.push(`its container ended with ${exitCode ?? 'nothing'}, and should with ${expected.exitCode}`);
  }
  if (!output.some((line) => expected.says.test(line))) {
    problems.push(`its container did not say what it should: ${expected.says.source}`);
  }
  if (object?.text !== expected.text) {
    problems.push(
      expected.text === undefined ? `it wrote ${object?.url}` : 'its object is not there as it was sent',
    );
  }
  return [...problems, ...checkReason(hidden, expected.refusal)];
}

function checkReason(hidden: HiddenReason | undefined, expected: ExpectedRefusal | undefined): string[] {
  if (expected === undefined) return [];
  if (hidden === undefined) return ['AWS has nothing against it, and should have'];
  const problems = expected.reason.test(hidden.reason) ? [] : [`the reason is another one: ${hidden.reason}`];
  const remedied = hidden.remedies.some((remedy) => expected.remedy.test(remedy));
  return remedied ? problems : [...problems, 'no remedy was found'];
}
