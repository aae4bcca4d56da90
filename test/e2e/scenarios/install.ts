/**
 * `helm install`, `test`, `upgrade`, `rollback` and `uninstall` of the chart, by one major of helm, on a real control plane:
 * its own controllers make pods, rollouts and endpoints. The pods run as processes in a root and a network of their own,
 * with the chart's command lines, users, memory limits, mounts and tokens. Nothing of what is installed is rewritten.
 * Meanwhile pods are created without a pause. Runs in a network namespace of its own, where the pods are found.
 *
 * Writes a {@link Life} as JSON to the file that its first argument names; the second names the program of helm.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from '../../../tools/chart/files.ts';
import { findHelms, type Helm, type HelmAnswer } from '../../support/chart/helm.ts';
import type { Ending } from '../../support/child.ts';
import { readAudit } from '../../support/e2e/audit.ts';
import { startCluster } from '../../support/e2e/cluster.ts';
import { type Creations, startCreations } from '../../support/e2e/creations.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../../support/e2e/fixtures.ts';
import { buildImageTree, type LocalImage } from '../../support/e2e/image.ts';
import { type Injection, readInjection, readRole } from '../../support/e2e/injection.ts';
import { listObjects, runKubectlWell } from '../../support/e2e/inventory.ts';
import { type Kubelet, type PodRun, startKubelet } from '../../support/e2e/kubelet.ts';
import { NAMESPACE_ADDRESS } from '../../support/e2e/network-namespace.ts';
import type { KubeObject, Pod } from '../../support/e2e/objects.ts';
import { listGrantedRights, listRefusals, listUsedRights } from '../../support/e2e/rights.ts';

/** What became of a release, from its installation to its end. */
export interface Life {
  readonly helm: string;
  readonly pods: { readonly uids: readonly (number | undefined)[]; readonly areLimited: boolean };
  readonly steps: Readonly<Record<StepName, Step>>;
  /** Of the pod of `helm test`. */
  readonly check: string;
  /** ms until it was mended, by what was broken. */
  readonly mended: Readonly<Record<string, number>>;
  /** Pods of ServiceAccounts that were made in the same moment, and did not get their role. */
  readonly unknownAccounts: readonly string[];
  readonly faults: readonly string[];
  /** Of the namespace that became strict: before, while it did, and from then on. */
  readonly strictFaults: readonly string[];
  /** How the release's pods ended that were told to; all others that ended. */
  readonly endings: readonly Ending[];
  readonly untold: readonly string[];
  /** Rights that the account has and never used, and requests that it was refused until it was uninstalled. */
  readonly unused: readonly string[];
  readonly refused: readonly string[];
  /** What the API server says to the account that changes more than it should. */
  readonly guard: string;
  /** Kinds in the order in which helm took them away. */
  readonly removed: readonly string[];
  /** Objects that were not there before, and again when the command of the documentation has been run. */
  readonly left: readonly string[];
  readonly leftInTheEnd: readonly string[];
}

const STEPS = ['install', 'test', 'upgrade', 'rollback', 'strict', 'uninstall'] as const;
type StepName = (typeof STEPS)[number];

interface Step {
  readonly code: number | null;
  readonly stderr: string;
  /** Pods that were created from its beginning until the next one. */
  readonly creates: number;
  readonly images: readonly string[];
  /** What a pod gets after it. */
  readonly injection: Injection;
}

const RELEASE = 'iam-bridge';
const SECOND = 'iam-bridge-b';
const NAMESPACE = 'iam-system';
const NAME = 'iam-bridge-webhook';
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: NAMESPACE, name: `${NAME}-tls` } };
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:${NAME}`;
const LOAD = 'load';
const STRICT = 'strict';
/** Helm keeps it for its log, and forgets it. */
const CHECK_POD = `Pod ${NAMESPACE} ${NAME}-check`;
/** What docs/operations.md says to run before `helm uninstall`, and after it. */
const BEFORE = [`delete mutatingwebhookconfiguration ${NAME}`];
const AFTERWARDS = [
  `delete secret ${NAME}-tls --namespace ${NAMESPACE}`,
  `delete pod ${NAME}-check --namespace ${NAMESPACE} --ignore-not-found`,
];

const [output, wanted] = process.argv.slice(2);
const helm = findHelms().find(({ name }) => name === wanted);
if (output === undefined || helm === undefined) throw new Error('usage: install.ts OUTPUT HELM');
const cluster = await startCluster({
  address: NAMESPACE_ADDRESS,
  audit: 'audit.log',
  controllerManager: true,
  controllers: ['endpointslice-controller', 'garbage-collector-controller', 'disruption-controller'],
  apiServerFlags: ['--enable-aggregator-routing=true'],
});
const { client } = cluster;
const AUDIT = join(cluster.workspace.folder, 'audit.log');
let addresses = 20;
try {
  const image = await buildImageTree(cluster.workspace);
  const newChart = toNewChart('0.2.0');
  for (const namespace of [LOAD, STRICT]) {
    await client.create(toNamespace(namespace));
    await client.create(toServiceAccount(namespace, 's3-echoer', { 'role-arn': ROLE_ARN }));
  }
  writeFileSync(output, JSON.stringify(await live(helm, image, newChart)));
} catch (error) {
  console.error(cluster.readLogTails());
  throw error;
} finally {
  await cluster.stop();
}

/** The chart as its next release would be. */
function toNewChart(version: string): string {
  const folder = join(cluster.workspace.folder, 'chart');
  cpSync(CHART, folder, { recursive: true });
  const path = join(folder, 'Chart.yaml');
  const text = readFileSync(path, 'utf8').replace(/^(version|appVersion): .*$/gm, `$1: ${version}`);
  writeFileSync(path, text);
  return folder;
}

async function live(helm: Helm, image: LocalImage, newChart: string): Promise<Life> {
  const prefix = helm.name.replaceAll('.', '-');
  const first = readAudit(AUDIT).length;
  await applyNamespace();
  const before = await listAll();
  const kubelet = await startKubelet({
    cluster,
    namespace: NAMESPACE,
    image,
    gateway: NAMESPACE_ADDRESS,
    toAddress: () => `192.0.2.${++addresses}`,
  });
  const creations = startCreations({ client, prefix, namespace: LOAD, from: 'none' });
  try {
    await creations.load.passed(20);
    const run = (...args: string[]): Promise<HelmAnswer> =>
      helm.runBeside([...args, '--namespace', NAMESPACE], cluster.kubeconfig);
    const steps: Partial<Record<StepName, Step>> = {};
    const step = async (name: StepName, args: readonly string[]): Promise<void> => {
      const begun = creations.load.count();
      const { code, stdout, stderr } = await run(name === 'strict' ? 'upgrade' : name, RELEASE, ...args);
      if (code !== 0) throw new Error(`helm ${name}: ${code}\n${stdout}\n${stderr}\n${tellPods(kubelet)}`);
      // Helm 3 does not wait for what the new pods replace.
      if (name !== 'uninstall')
        await runWell(['rollout', 'status', `deployment/${NAME}`, '-n', NAMESPACE, '--timeout=3m']);
      if (name === 'install') await awaitRole();
      if (name === 'uninstall') await awaitNoRole();
      creations.expect(name === 'uninstall' ? 'none' : 'role');
      await eventually(() => awaitEnds(kubelet), { timeout: 60_000 });
      await creations.load.passed(60);
      steps[name] = {
        code,
        stderr,
        creates: creations.load.count() - begun,
        images: listImages(kubelet),
        injection: await tryPod(),
      };
    };

    creations.expect('any');
    await step('install', [CHART, '--create-namespace', '--wait', '--timeout', '3m']);
    const installed = listReleasePods(kubelet);
    const pods = {
      uids: installed.map((each) => each.container()?.uid),
      areLimited: installed.every((each) => each.container()?.isLimited === true),
    };
    await step('test', ['--timeout', '2m']);
    const check = kubelet.runs().find(isCheck)?.container()?.child.readLog() ?? '';
    const unknownAccounts = await tryUnknownAccounts(prefix);
    const mended = await breakAndAwait(creations);
    const guard = await tryToChangeMore();
    await step('upgrade', [
      ...[newChart, '--reset-then-reuse-values', '--wait', '--timeout', '3m'],
      ...['--set', 'replicaCount=3,config.tokenExpiration=3600,mutatingWebhook.timeoutSeconds=5'],
    ]);
    await step('rollback', ['--wait', '--timeout', '3m']);
    const granted = await listGrantedRights(client, `app.kubernetes.io/instance=${RELEASE}`);
    const lived = readAudit(AUDIT).slice(first);
    const strict = startCreations({ client, prefix, namespace: STRICT, from: 'role' });
    await strict.load.passed(20);
    await step('strict', [CHART, '--reuse-values', '--set', `mutatingWebhook.strictNamespaces={${STRICT}}`]);
    await strict.load.passed(60);
    await haveSecondRelease(run, () => creations.load.passed(60));
    creations.expect('any');
    strict.expect('any');
    const removal = readAudit(AUDIT).length;
    // Helm 4 does so by itself.
    if (helm.name.startsWith('helm-3')) for (const command of BEFORE) await runWell(command.split(' '));
    await step('uninstall', []);
    const { faults: strictFaults } = await strict.load.stop();
    const { faults } = await creations.load.stop();
    const left = await awaitLeft(before);
    for (const command of AFTERWARDS) await runWell(command.split(' '));
    const used = listUsedRights(lived, ACCOUNT);
    return {
      helm: helm.name,
      pods,
      // All of them were made.
      steps: steps as Life['steps'],
      check,
      mended,
      unknownAccounts,
      faults,
      strictFaults,
      endings: kubelet
        .runs()
        .filter((each) => each.wasTold())
        .flatMap((each) => each.ending() ?? []),
      untold: kubelet.runs().filter(hasFailed).map(tell),
      unused: granted.filter((right) => !used.has(right)),
      refused: listRefusals(lived, ACCOUNT),
      guard,
      removed: listRemoved(removal),
      left,
      leftInTheEnd: (await listAll()).filter((each) => !before.includes(each)),
    };
  } finally {
    await creations.load.stop();
    await kubelet.stop();
  }
}

/** As the chart's README says for another `tls.mode`, but for the order: here the second one goes again. */
async function haveSecondRelease(
  run: (...args: string[]) => Promise<HelmAnswer>,
  createPods: () => Promise<unknown>,
): Promise<void> {
  const runToEnd = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await run(...args);
    if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`);
  };
  await runToEnd('install', SECOND, CHART, '--wait', '--timeout', '3m');
  await createPods();
  await runWell(['delete', 'mutatingwebhookconfiguration', `${SECOND}-webhook`]);
  await runToEnd('uninstall', SECOND);
  await createPods();
  await runWell(['delete', 'secret', `${SECOND}-webhook-tls`, '-n', NAMESPACE]);
}

async function applyNamespace(): Promise<void> {
  const { metadata, ...namespace } = toNamespace(NAMESPACE);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await client.apply({ ...namespace, metadata: { ...metadata, labels } });
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: NAMESPACE, name: 'default' },
  };
  const authority = {
    ...account,
    kind: 'ConfigMap',
    metadata: { ...account.metadata, name: 'kube-root-ca.crt' },
  };
  await eventually(async () => [await client.get(account), await client.get(authority)]);
}

function tryPod(): Promise<Injection> {
  const pod = toPod({ namespace: LOAD, name: 'rehearsal', serviceAccount: 's3-echoer' });
  return client.create(pod, { dryRun: true }).then(({ object }) => readInjection(object));
}

async function awaitRole(): Promise<void> {
  await eventually(async () => {
    if ((await tryPod()).token === undefined) throw new Error('the webhook is not called');
  });
}

async function awaitNoRole(): Promise<void> {
  await eventually(async () => {
    if ((await tryPod()).token !== undefined) throw new Error('the webhook is still called');
  });
}

/** Each before the webhook can have heard of its account. */
async function tryUnknownAccounts(prefix: string): Promise<string[]> {
  const without: string[] = [];
  for (let n = 0; n < 30; n++) {
    const name = `unknown-${prefix}-${n}`;
    await client.create(toServiceAccount(LOAD, name, { 'role-arn': ROLE_ARN }));
    const { object } = await client.create(toPod({ namespace: LOAD, name, serviceAccount: name }), {
      dryRun: true,
    });
    if (readRole(object) !== ROLE_ARN) without.push(name);
    await client.delete(toServiceAccount(LOAD, name));
  }
  return without;
}

/** Breaks what the webhook keeps, and waits until it is whole. */
async function breakAndAwait(creations: Creations): Promise<Record<string, number>> {
  const mended: Record<string, number> = {};
  const time = async (what: string, isWhole: () => Promise<boolean>): Promise<void> => {
    const begin = performance.now();
    await eventually(async () => {
      if (!(await isWhole())) throw new Error(`${what} is not mended`);
    });
    mended[what] = Math.round(performance.now() - begin);
  };
  const { data: old } = await readSecret();
  await runWell(['patch', 'secret', `${NAME}-tls`, '-n', NAMESPACE, ...toRemoval('/data/tls.crt')]);
  await time(
    'certificate',
    async () => ![undefined, old?.['tls.crt']].includes((await readSecret()).data?.['tls.crt']),
  );
  await client.delete(SECRET);
  await time(
    'Secret',
    async () => (await readSecret().catch(() => undefined))?.data?.['tls.key'] !== undefined,
  );
  // Without it the API server does not trust the webhook, and lets pods pass.
  creations.expect('any');
  await runWell([
    'patch',
    'mutatingwebhookconfiguration',
    NAME,
    ...toRemoval('/webhooks/0/clientConfig/caBundle'),
  ]);
  await time('caBundle', async () => (await tryPod()).token !== undefined);
  creations.expect('role');
  return mended;
}

async function tryToChangeMore(): Promise<string> {
  const change = JSON.stringify({
    webhooks: [{ name: 'pod-identity-webhook.amazonaws.com', failurePolicy: 'Fail' }],
  });
  const words = ['patch', 'mutatingwebhookconfiguration', NAME, `--as=${ACCOUNT}`, '--patch', change];
  return (await cluster.kubectl(words)).stderr;
}

function toRemoval(path: string): string[] {
  return ['--type', 'json', '--patch', JSON.stringify([{ op: 'remove', path }])];
}

function readSecret(): Promise<KubeObject & { readonly data?: Readonly<Record<string, string>> }> {
  return client.get(SECRET);
}

function isCheck({ pod }: PodRun): boolean {
  return pod.spec['restartPolicy'] === 'Never';
}

function listReleasePods(kubelet: Kubelet): readonly PodRun[] {
  return kubelet.runs().filter((each) => !isCheck(each) && each.ending() === undefined);
}

function listImages(kubelet: Kubelet): readonly string[] {
  return listReleasePods(kubelet).map(({ pod }) => pod.spec.containers[0]?.image ?? '');
}

/** Until all that are to go have gone; which these are, the API server knows before the kubelet. */
async function awaitEnds(kubelet: Kubelet): Promise<void> {
  const pods = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: NAMESPACE } });
  const known = new Set(pods.map(({ metadata }) => metadata.uid));
  const leaving = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const late = kubelet
    .runs()
    .filter((each) => each.ending() === undefined && !known.has(each.pod.metadata.uid));
  if (leaving.length + late.length > 0)
    throw new Error(
      `${[...leaving.map((each) => each.metadata.name), ...late.map(tell)].join(', ')}: not gone`,
    );
}

function hasFailed(run: PodRun): boolean {
  const isOver = run.ending() !== undefined && !run.wasTold();
  return run.problem() !== undefined || (isOver && !(isCheck(run) && run.ending()?.code === 0));
}

function tell(run: PodRun): string {
  return `${run.pod.metadata.name}: ${run.problem() ?? JSON.stringify(run.ending() ?? 'runs')}`;
}

function tellPods(kubelet: Kubelet): string {
  return kubelet
    .runs()
    .map((run) => `${tell(run)}\n${run.container()?.child.readLogTail(20) ?? ''}`)
    .join('\n');
}

/** @param from of the audit log, in requests */
function listRemoved(from: number): readonly string[] {
  const byHelm = readAudit(AUDIT)
    .slice(from)
    .filter(({ verb, userAgent = '' }) => verb === 'delete' && /^helm\//i.test(userAgent));
  return [...new Set(byHelm.map(({ objectRef }) => objectRef?.resource ?? ''))];
}

/** Controllers take away what belonged to what is gone. */
async function awaitLeft(before: readonly string[]): Promise<readonly string[]> {
  const owned = /^(Pod|ReplicaSet|EndpointSlice|ControllerRevision) /;
  return eventually(
    async () => {
      const left = (await listAll()).filter((each) => !before.includes(each));
      if (left.some((each) => owned.test(each) && each !== CHECK_POD))
        throw new Error(`still there: ${left.join(', ')}`);
      return left;
    },
    { timeout: 60_000, interval: 1_000 },
  );
}

function runWell(args: readonly string[]): Promise<string> {
  return runKubectlWell(cluster, args);
}

/** But for pods of the load. Its namespaces are there before and after. */
function listAll(): Promise<readonly string[]> {
  return listObjects(cluster, [LOAD, STRICT]);
}
