import type { Clock } from '../../kube/clock.ts';
import { checkOutcome, type Expectation } from '../admission/expectations.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import {
  type Examples,
  findManifest,
  isObject,
  type Manifest,
  type ManifestFile,
  parseManifests,
  readRoleArn,
  toLabel,
} from '../manifests.ts';
import type { Decision, PodReport, StepResult } from '../report.ts';
import type { RunningWebhook } from '../webhook.ts';
import { INJECTED_EXPLANATION, type LeftOut } from './left-out.ts';

/** Where objects are applied, and who is asked about pods there. */
export interface RealPlace extends Pick<ControlPlane, 'kubectl'> {
  readonly webhook: RunningWebhook;
  readonly clock: Clock;
}

export async function showInjectedPod({ echoer }: Examples, place: RealPlace): Promise<StepResult> {
  const { kubectl } = place;
  const { stdout } = await kubectl('apply', '-f', echoer.path);
  const account = findManifest(echoer, 'ServiceAccount');
  const job = findManifest(echoer, 'Job');
  const after = await awaitJobPod(job, place);
  const { spec } = await readObject(place, job);
  const before = isObject(spec) && isObject(spec['template']) ? spec['template'] : {};
  const expected = { reason: 'web-identity', roleArn: readRoleArn(account) ?? '' };
  const outcome = { account, before, after, warnings: [] };
  return {
    text: [
      'Its ServiceAccount names an IAM role. The Job controller makes the pod, kube-apiserver asks the webhook, and the pod is stored with what the AWS SDKs need. (There is no node here, so it will not run.)',
    ],
    commands: [
      { command: `kubectl apply -f ${echoer.shortPath}`, output: splitLines(stdout) },
      { command: `kubectl -n ${job.metadata.namespace} get pods -l ${toSelector(job)} -o yaml` },
    ],
    pod: reportPod(outcome, expected, { webhook: place.webhook, explanation: INJECTED_EXPLANATION }),
  };
}

export async function showLeftOutPod(
  file: ManifestFile,
  { expected, explanation }: Pick<LeftOut, 'expected' | 'explanation'>,
  place: RealPlace,
): Promise<StepResult> {
  const { stdout, warnings } = await place.kubectl('apply', '-f', file.path);
  const account = findManifest(file, 'ServiceAccount');
  const before = findManifest(file, 'Pod');
  const outcome = { account, before, after: await readObject(place, before), warnings };
  return {
    commands: [{ command: `kubectl apply -f ${file.shortPath}`, output: splitLines(stdout) }],
    pod: reportPod(outcome, expected, { webhook: place.webhook, explanation }),
  };
}

function splitLines(text: string): string[] {
  return text.trimEnd().split('\n');
}

interface Outcome {
  readonly account: Manifest;
  readonly before: object;
  readonly after: Manifest;
  /** As kubectl printed them. */
  readonly warnings: readonly string[];
}

function reportPod(
  { account, before, after, warnings }: Outcome,
  expected: Expectation,
  { webhook, explanation }: { readonly webhook: RunningWebhook; readonly explanation: string },
): PodReport {
  const { namespace, name } = account.metadata;
  const line = webhook
    .judgements()
    .find((each) => !each.dryRun && each.namespace === namespace && each.serviceAccount === name);
  // Nobody but the API server refuses pods here, and then kubectl would have failed.
  const decision: Decision = {
    allowed: true,
    reason: line?.reason ?? '',
    operations: line?.operations ?? 0,
    warnings,
  };
  return {
    pod: toLabel(after),
    serviceAccount: toLabel(account),
    roleArn: readRoleArn(account),
    explanation,
    decision,
    before,
    after,
    problems: checkOutcome(decision, after, expected),
  };
}

/** ms; the Job controller is quick once it is up. */
const PATIENCE = 30_000;
const LOOK_INTERVAL = 100;

async function awaitJobPod(job: Manifest, { kubectl, clock }: RealPlace): Promise<Manifest> {
  const deadline = clock.now() + PATIENCE;
  const { namespace = '' } = job.metadata;
  for (;;) {
    const { stdout } = await kubectl('-n', namespace, 'get', 'pods', '-l', toSelector(job), '-o', 'json');
    const { items } = JSON.parse(stdout) as { items?: unknown };
    const [pod] = Array.isArray(items) ? items : [];
    if (pod !== undefined) return readManifest(JSON.stringify(pod));
    if (clock.now() > deadline) throw new Error('the Job controller has made no pod');
    await clock.delay(LOOK_INTERVAL, new AbortController().signal);
  }
}

function toSelector({ metadata }: Manifest): string {
  return `job-name=${metadata.name}`;
}

async function readObject({ kubectl }: RealPlace, { kind, metadata }: Manifest): Promise<Manifest> {
  const { namespace = '', name = '' } = metadata;
  const { stdout } = await kubectl('-n', namespace, 'get', kind.toLowerCase(), name, '-o', 'json');
  return readManifest(stdout);
}

function readManifest(json: string): Manifest {
  const [manifest] = parseManifests(json, 'the answer of kubectl');
  if (manifest === undefined) throw new Error('kubectl answered with nothing');
  return manifest;
}
