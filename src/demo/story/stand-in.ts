import type { Clock } from '../../kube/clock.ts';
import { admitPod } from '../admission/admit.ts';
import type { WebhookAddress } from '../admission/ask.ts';
import { checkOutcome, type Expectation } from '../admission/expectations.ts';
import { toJobPod } from '../admission/job-pod.ts';
import { ADMINISTRATOR, JOB_CONTROLLER, type Requester } from '../admission/review.ts';
import { createAuthority } from '../certificate.ts';
import type { Cleanup } from '../cleanup.ts';
import { type AccountTable, createAccountTable } from '../cluster/account-table.ts';
import { createClusterRoutes } from '../cluster/routes.ts';
import { type RouteServer, serveRoutes } from '../cluster/server.ts';
import { createTemporaryFolder } from '../folder.ts';
import { type Examples, findManifest, type Manifest, readRoleArn, toLabel } from '../manifests.ts';
import type { Book, PodReport, StepResult } from '../report.ts';
import { type StartWebhook, toWebhookCommands } from '../webhook.ts';
import { INJECTED_EXPLANATION, LEFT_OUT, type LeftOut } from './left-out.ts';

/** What every story needs. */
export interface StoryDeps {
  readonly examples: Examples;
  readonly clock: Clock;
  readonly startWebhook: StartWebhook;
  /** Takes note of everything that has to be undone. */
  readonly cleanup: Cleanup;
}

/**
 * The demo without a cluster: a stand-in of the API that the webhook reads, and pods sent to it as kube-apiserver does.
 * @throws Error where something that has nothing to do with the webhook's decisions fails
 */
export async function tellStandInStory(book: Book, deps: StoryDeps): Promise<void> {
  const { examples } = deps;
  const table = createAccountTable();
  const { server } = await book.step({ id: 'cluster', title: 'A stand-in for the cluster' }, () =>
    startCluster(table, deps),
  );
  const { address } = await book.step({ id: 'webhook', title: 'The webhook' }, () =>
    startWebhook(server, deps),
  );
  const place = { table, address };
  await book.step({ id: 'injected', title: 'A Job whose pod gets a role' }, () =>
    showInjectedPod(examples, place),
  );
  for (const { id, title, ...leftOut } of LEFT_OUT) {
    await book.step({ id, title }, () => showLeftOutPod(examples, leftOut, place));
  }
}

async function startCluster(table: AccountTable, { clock, cleanup }: StoryDeps) {
  const server = await serveRoutes(createClusterRoutes(table, clock));
  cleanup.add(server.stop);
  return {
    server,
    text: [
      'It tells the webhook which ServiceAccounts there are, which is all that the webhook asks of a cluster.',
    ],
  };
}

async function startWebhook({ url }: RouteServer, { clock, cleanup, startWebhook: start }: StoryDeps) {
  const folder = await createTemporaryFolder();
  cleanup.add(folder.remove);
  const authority = await createAuthority(clock.now());
  const { cert, key } = await authority.issue();
  const webhook = await start({
    clusterFlags: [`--kube-api=${url}`],
    certPath: await folder.write('tls.crt', cert),
    keyPath: await folder.write('tls.key', key),
  });
  cleanup.add(webhook.stop);
  return {
    address: { url: webhook.url, caBundle: authority.cert },
    text: ['The same code as in a cluster, with a certificate that was made just now. It is ready.'],
    commands: toWebhookCommands(webhook, folder.path),
  };
}

/** Where pods are sent, and where the ServiceAccounts go that they run as. */
interface Place {
  readonly table: AccountTable;
  readonly address: WebhookAddress;
}

async function showInjectedPod({ echoer }: Examples, { table, address }: Place): Promise<StepResult> {
  const account = table.apply(findManifest(echoer, 'ServiceAccount'));
  const pod = toJobPod(findManifest(echoer, 'Job'));
  const expected = { reason: 'web-identity', roleArn: readRoleArn(account) ?? '' };
  const question = { account, pod, requester: JOB_CONTROLLER, address };
  return {
    text: [
      'Its ServiceAccount names an IAM role. The pod of the Job goes to the webhook as kube-apiserver would send it, and comes back with what the AWS SDKs need:',
    ],
    commands: [{ command: `kubectl apply -f ${echoer.shortPath}` }],
    pod: await reportPod(question, expected, INJECTED_EXPLANATION),
  };
}

async function showLeftOutPod(
  examples: Examples,
  { file: name, expected, explanation }: Omit<LeftOut, 'id' | 'title'>,
  { table, address }: Place,
): Promise<StepResult> {
  const file = examples[name];
  const account = table.apply(findManifest(file, 'ServiceAccount'));
  const question = { account, pod: findManifest(file, 'Pod'), requester: ADMINISTRATOR, address };
  return {
    commands: [{ command: `kubectl apply -f ${file.shortPath}` }],
    pod: await reportPod(question, expected, explanation),
  };
}

interface Question {
  readonly account: Manifest;
  readonly pod: Manifest;
  readonly requester: Requester;
  readonly address: WebhookAddress;
}

async function reportPod(
  { account, pod, requester, address }: Question,
  expected: Expectation,
  explanation: string,
): Promise<PodReport> {
  const { before, after, decision, problem } = await admitPod(address, pod, requester);
  return {
    pod: toLabel(pod),
    serviceAccount: toLabel(account),
    roleArn: readRoleArn(account),
    explanation,
    decision,
    before,
    after,
    problems: problem === undefined ? checkOutcome(decision, after, expected) : [problem],
  };
}
