import { randomBytes } from 'node:crypto';
import { type Authority, createAuthority } from '../../http/self-signed.ts';
import { createDirectAccess } from '../../kube/direct.ts';
import { createTemporaryFolder, type Folder } from '../../local-cluster/cleanup.ts';
import { findFreePorts } from '../../local-cluster/loopback.ts';
import { type Manifest, readRoleArn, toLabel } from '../../local-cluster/manifests.ts';
import { createObjectTable } from '../../local-cluster/stand-in/object-table.ts';
import { type ClusterState, createClusterRoutes } from '../../local-cluster/stand-in/routes.ts';
import { serveRoutes } from '../../local-cluster/stand-in/server.ts';
import { createSigningKey, createTokenIssuer } from '../../local-cluster/stand-in/token-issuer.ts';
import { admitPod } from '../admission/admit.ts';
import type { WebhookAddress } from '../admission/ask.ts';
import { checkOutcome } from '../admission/expectations.ts';
import { toJobPod } from '../admission/job-pod.ts';
import { ADMINISTRATOR, JOB_CONTROLLER } from '../admission/review.ts';
import { type Examples, findManifest, type ManifestFile } from '../examples.ts';
import type { Book, PodReport, StepResult } from '../report.ts';
import { toWebhookCommands } from '../webhook.ts';
import { showAws } from './aws.ts';
import { FAILING, type StoryCase, toCommands, toExpectation, WRITTEN } from './cases.ts';
import type { StoryDeps } from './deps.ts';
import { followRun, type RunPlace } from './follow.ts';
import { showIssuer } from './issuer-step.ts';
import { addVariables } from './local-manifest.ts';
import { showNode } from './node-step.ts';

/**
 * The demo without a cluster: a stand-in of the API that webhook, issuer and node read, and pods sent to the webhook as
 * kube-apiserver does.
 * @throws Error where something that has nothing to do with the decisions that it shows fails
 */
export async function tellStandInStory(book: Book, deps: StoryDeps): Promise<void> {
  const { cleanup, clock } = deps;
  const folder = await createTemporaryFolder(cleanup);
  const authority = await createAuthority(clock.now());
  const [port = 0] = await findFreePorts(1);
  const issuer = `https://127.0.0.1:${port}`;
  const { state, url } = await book.step({ id: 'cluster', title: 'A stand-in for the cluster' }, () =>
    startCluster(issuer, deps),
  );
  const clusterFlags = [`--kube-api=${url}`];
  await book.step({ id: 'issuer', title: "The cluster's OIDC issuer" }, () =>
    showIssuer({ issuer, clusterFlags, authority, folder }, deps),
  );
  const { aws } = await book.step({ id: 'aws', title: 'A local AWS' }, () =>
    showAws({ issuer, folder }, deps),
  );
  const { address } = await book.step({ id: 'webhook', title: 'The webhook' }, () =>
    startWebhook({ clusterFlags, authority, folder }, deps),
  );
  const { node } = await book.step({ id: 'node', title: 'A node without containers' }, () =>
    showNode({ access: createDirectAccess(url), folder }, deps),
  );
  const place = { issuer, state, address, aws, node, clock, examples: deps.examples };
  for (const each of [WRITTEN, ...FAILING]) await book.step(each, () => showCase(each, place));
}

async function startCluster(issuer: string, { clock, cleanup }: StoryDeps) {
  const key = createSigningKey();
  const state: ClusterState = {
    accounts: createObjectTable('ServiceAccount'),
    pods: createObjectTable('Pod'),
    tokens: createTokenIssuer({ issuer, keys: () => [key], clock }),
  };
  const { url, stop } = await serveRoutes(createClusterRoutes(state, clock));
  cleanup.add(stop);
  return {
    state,
    url,
    text: [
      'It knows ServiceAccounts and pods, signs tokens for them as kube-apiserver does, and publishes the key. That is all that the rest asks of a cluster.',
    ],
    commands: [{ command: 'kubectl get --raw /openid/v1/jwks' }],
  };
}

interface WebhookPlace {
  readonly clusterFlags: readonly string[];
  readonly authority: Authority;
  readonly folder: Folder;
}

async function startWebhook({ clusterFlags, authority, folder }: WebhookPlace, deps: StoryDeps) {
  const { cert, key } = await authority.issue();
  const webhook = await deps.startWebhook({
    clusterFlags,
    certPath: await folder.write('tls.crt', cert),
    keyPath: await folder.write('tls.key', key),
  });
  deps.cleanup.add(webhook.stop);
  return {
    address: { url: webhook.url, caBundle: authority.cert },
    text: ['The same code as in a cluster, with a certificate that was made just now. It is ready.'],
    commands: toWebhookCommands(webhook, folder.path),
  };
}

/** Where pods are sent, and where they run. */
interface Place extends RunPlace {
  readonly state: ClusterState;
  readonly address: WebhookAddress;
  readonly examples: Examples;
}

async function showCase(shown: StoryCase, place: Place): Promise<StepResult> {
  const file = place.examples[shown.file];
  const pod = await sendPod(shown, file, place);
  const commands = [{ command: `kubectl apply -f ${file.shortPath}` }, ...toCommands(shown, place)];
  const run = shown.run && (await followRun(shown, storePod(pod.after, place), place));
  return { commands, pod, ...(run && { run }) };
}

/** The pod of a file, as whoever makes it sends it. */
async function sendPod(
  shown: StoryCase,
  file: ManifestFile,
  { state, address, aws }: Place,
): Promise<PodReport> {
  const account = state.accounts.apply(findManifest(file, 'ServiceAccount'));
  const job = file.manifests.find(({ kind }) => kind === 'Job');
  const pod = addVariables(job === undefined ? findManifest(file, 'Pod') : toJobPod(job), aws.variables);
  const requester = job === undefined ? ADMINISTRATOR : JOB_CONTROLLER;
  const { before, after, decision, problem } = await admitPod(address, pod, requester);
  const roleArn = readRoleArn(account);
  return {
    pod: toLabel(pod),
    serviceAccount: toLabel(account),
    roleArn,
    explanation: shown.explanation,
    showsChanges: shown.showsChanges ?? false,
    decision,
    before,
    after,
    problems:
      problem === undefined ? checkOutcome(decision, after, toExpectation(shown, roleArn)) : [problem],
  };
}

/** Keeps a pod as kube-apiserver does: with a name. */
function storePod(pod: Manifest, { state }: Place): Manifest {
  const { name = `${pod.metadata.generateName}${randomBytes(3).toString('hex')}` } = pod.metadata;
  return state.pods.apply({ ...pod, metadata: { ...pod.metadata, name } });
}
