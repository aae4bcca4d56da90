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
import { ADMINISTRATOR, JOB_CONTROLLER } from '../api-server/admission-review.ts';
import { runMutatingAdmission } from '../api-server/mutating-admission.ts';
import type { WebhookAddress } from '../api-server/post-review.ts';
import { type Examples, findManifest, type ManifestFile } from '../examples.ts';
import type { Book, PodReport, StepResult } from '../report.ts';
import type { StoryDeps } from '../run.ts';
import { toWebhookCommands } from '../servers.ts';
import { type StoryAws, showAws } from './aws.ts';
import {
  type ByHandFacts,
  FAILING,
  type StoryCase,
  toCommands,
  toExpectedAdmission,
  WRITTEN,
} from './cases.ts';
import { checkAdmission } from './expected-admission.ts';
import { followRun, type RunDeps } from './follow-run.ts';
import { showAuthenticator } from './login/authenticator.ts';
import { LOGINS } from './login/cases.ts';
import { RIGHTS, showRights, writeRbac } from './login/rights.ts';
import { showLogin } from './login/stand-in.ts';
import { addVariables, toJobPod } from './pods.ts';
import { showIssuer, showNode } from './shared-steps.ts';

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
  const scene = { issuer, state, address, aws, node, clock, examples: deps.examples };
  for (const each of [WRITTEN, ...FAILING]) await book.step(each, () => showCase(each, scene));
  const { entrance } = await book.step({ id: 'authenticator', title: 'The authenticator' }, () =>
    showAuthenticator({ authority, folder }, deps),
  );
  for (const each of LOGINS) await book.step(each, () => showLogin(each, { ...deps, ...entrance, folder }));
  await book.step(RIGHTS, async () => showRights(await writeRbac(folder), folder, deps));
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

interface WebhookStepOptions {
  readonly clusterFlags: readonly string[];
  readonly authority: Authority;
  readonly folder: Folder;
}

async function startWebhook({ clusterFlags, authority, folder }: WebhookStepOptions, deps: StoryDeps) {
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
interface StandInScene extends RunDeps, ByHandFacts {
  readonly aws: StoryAws;
  readonly state: ClusterState;
  readonly address: WebhookAddress;
  readonly examples: Examples;
}

async function showCase(shown: StoryCase, scene: StandInScene): Promise<StepResult> {
  const file = scene.examples[shown.file];
  const pod = await sendPod(shown, file, scene);
  const commands = [{ command: `kubectl apply -f ${file.shortPath}` }, ...toCommands(shown, scene)];
  const run = shown.run && (await followRun(shown.run, storePod(pod.after, scene), scene));
  return { commands, pod, ...(run && { run }) };
}

/** The pod of a file, as whoever makes it sends it. */
async function sendPod(
  shown: StoryCase,
  file: ManifestFile,
  { state, address, aws }: StandInScene,
): Promise<PodReport> {
  const account = state.accounts.apply(findManifest(file, 'ServiceAccount'));
  const job = file.manifests.find(({ kind }) => kind === 'Job');
  const pod = addVariables(job === undefined ? findManifest(file, 'Pod') : toJobPod(job), aws.variables);
  const requester = job === undefined ? ADMINISTRATOR : JOB_CONTROLLER;
  const { before, after, decision, problem } = await runMutatingAdmission(address, pod, requester);
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
      problem === undefined
        ? checkAdmission(decision, after, toExpectedAdmission(shown, roleArn))
        : [problem],
  };
}

/** Keeps a pod as kube-apiserver does: with a name. */
function storePod(pod: Manifest, { state }: StandInScene): Manifest {
  const { name = `${pod.metadata.generateName}${randomBytes(3).toString('hex')}` } = pod.metadata;
  return state.pods.apply({ ...pod, metadata: { ...pod.metadata, name } });
}
