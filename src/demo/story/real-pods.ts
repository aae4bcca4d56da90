import { isRecord } from '../../json/record.ts';
import type { ControlPlane } from '../../local-cluster/control-plane/start.ts';
import { type Manifest, parseManifests, readRoleArn, toLabel } from '../../local-cluster/manifests.ts';
import { findManifest, type ManifestFile } from '../examples.ts';
import type { Decision, PodReport, ShellCommand, StepResult } from '../report.ts';
import type { StoryDeps } from '../run.ts';
import type { RunningWebhook } from '../servers.ts';
import type { StoryAws } from './aws.ts';
import { type ByHandFacts, type StoryCase, toCommands, toExpectedAdmission } from './cases.ts';
import { checkAdmission } from './expected-admission.ts';
import { followRun, type RunDeps } from './follow-run.ts';
import { addVariables } from './pods.ts';

/** Where objects are applied, who is asked about pods there, and where these run. */
export interface RealScene
  extends RunDeps,
    ByHandFacts,
    Pick<ControlPlane, 'kubectl' | 'folder'>,
    Pick<StoryDeps, 'examples'> {
  readonly aws: StoryAws;
  readonly webhook: RunningWebhook;
}

/** A Job: its controller makes the pod, and counts it when it is done. */
export async function showJob(shown: StoryCase, scene: RealScene): Promise<StepResult> {
  const { kubectl, examples } = scene;
  const file = examples[shown.file];
  const applied = await applyFile(file, scene);
  const account = findManifest(file, 'ServiceAccount');
  const job = findManifest(file, 'Job');
  const after = await awaitJobPod(job, scene);
  const { spec } = await readObject(scene, job);
  const before = isRecord(spec) && isRecord(spec['template']) ? spec['template'] : {};
  const run = await followRun(shown.run, after, scene);
  const { namespace = '', name = '' } = job.metadata;
  await kubectl(
    '-n',
    namespace,
    'wait',
    '--for=condition=complete',
    `job/${name}`,
    `--timeout=${PATIENCE / 1_000}s`,
  )
    // A Job that does not come to its end is told of by its run, and shown below.
    .catch(() => {});
  return {
    text: [
      'The Job controller makes the pod, kube-apiserver asks the webhook, and the node runs what was stored. Then the Job is complete:',
    ],
    commands: [
      applied.command,
      await showCommand(['-n', namespace, 'get', 'jobs,pods'], scene),
      ...toCommands(shown, scene),
    ],
    pod: reportPod({ shown, account, before, after, warnings: [] }, scene),
    ...(run && { run: { ...run, problems: [...run.problems, ...(await checkJob(job, scene))] } }),
  };
}

/** The Job itself has to say so, as `kubectl get job` shows it. */
async function checkJob(job: Manifest, scene: RealScene): Promise<string[]> {
  const { status } = await readObject(scene, job);
  return isRecord(status) && status['succeeded'] === 1 ? [] : ['its Job has not become complete'];
}

/** A pod of its own. */
export async function showPod(shown: StoryCase, scene: RealScene): Promise<StepResult> {
  const file = scene.examples[shown.file];
  const { warnings, command } = await applyFile(file, scene);
  const account = findManifest(file, 'ServiceAccount');
  const before = addVariables(findManifest(file, 'Pod'), scene.aws.variables);
  const after = await readObject(scene, before);
  const run = await followRun(shown.run, after, scene);
  return {
    commands: [command, ...toCommands(shown, scene)],
    pod: reportPod({ shown, account, before, after, warnings }, scene),
    ...(run && { run }),
  };
}

/** Applies a file of the examples, its pods led to the local AWS. */
async function applyFile({ manifests, shortPath }: ManifestFile, { kubectl, folder, aws }: RealScene) {
  const local = manifests.map((manifest) => JSON.stringify(addVariables(manifest, aws.variables)));
  const path = await folder.write('apply.yaml', local.join('\n---\n'));
  const { stdout, warnings } = await kubectl('apply', '-f', path);
  return { warnings, command: { command: `kubectl apply -f ${shortPath}`, output: splitLines(stdout) } };
}

async function showCommand(words: readonly string[], { kubectl }: RealScene): Promise<ShellCommand> {
  const { stdout } = await kubectl(...words);
  return { command: `kubectl ${words.join(' ')}`, output: splitLines(stdout) };
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

interface Outcome {
  readonly shown: StoryCase;
  readonly account: Manifest;
  readonly before: object;
  readonly after: Manifest;
  /** As kubectl printed them. */
  readonly warnings: readonly string[];
}

function reportPod({ shown, account, before, after, warnings }: Outcome, { webhook }: RealScene): PodReport {
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
  const roleArn = readRoleArn(account);
  return {
    pod: toLabel(after),
    serviceAccount: toLabel(account),
    roleArn,
    explanation: shown.explanation,
    showsChanges: shown.showsChanges ?? false,
    decision,
    before,
    after,
    problems: checkAdmission(decision, after, toExpectedAdmission(shown, roleArn)),
  };
}

/** ms; the Job controller is quick once it is up. */
const PATIENCE = 30_000;
const LOOK_INTERVAL = 100;

async function awaitJobPod(job: Manifest, { kubectl, clock }: RealScene): Promise<Manifest> {
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

async function readObject({ kubectl }: RealScene, { kind, metadata }: Manifest): Promise<Manifest> {
  const { namespace = '', name = '' } = metadata;
  const { stdout } = await kubectl('-n', namespace, 'get', kind.toLowerCase(), name, '-o', 'json');
  return readManifest(stdout);
}

function readManifest(json: string): Manifest {
  const [manifest] = parseManifests(json, 'the answer of kubectl');
  if (manifest === undefined) throw new Error('kubectl answered with nothing');
  return manifest;
}
