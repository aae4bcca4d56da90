import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../../http/self-signed.ts';
import { createTemporaryFolder } from '../../local-cluster/cleanup.ts';
import { toTokenWebhookFlags } from '../../local-cluster/control-plane/commands.ts';
import type { Programs } from '../../local-cluster/control-plane/programs.ts';
import {
  renderPermissions,
  renderProbe,
  renderRegistration,
} from '../../local-cluster/control-plane/registration.ts';
import { type ControlPlane, startControlPlane } from '../../local-cluster/control-plane/start.ts';
import { ISSUER_USER } from '../../local-cluster/control-plane/users.ts';
import { findFreePorts } from '../../local-cluster/loopback.ts';
import type { Book } from '../report.ts';
import type { StoryDeps } from '../run.ts';
import { type RunningWebhook, toWebhookCommands } from '../servers.ts';
import { showAws } from './aws.ts';
import { FAILING, WRITTEN } from './cases.ts';
import { showAuthenticator } from './login/authenticator.ts';
import { LOGINS } from './login/cases.ts';
import { allowViewers, showRealLogin } from './login/real.ts';
import { RIGHTS, showRights } from './login/rights.ts';
import { showJob, showPod } from './real-pods.ts';
import { showIssuer, showNode } from './shared-steps.ts';

export interface RealDeps extends StoryDeps {
  readonly programs: Programs;
}

/**
 * The demo on a real control plane: every object goes in and comes out by kubectl.
 * @throws Error where something that has nothing to do with the decisions that it shows fails
 */
export async function tellRealStory(book: Book, deps: RealDeps): Promise<void> {
  const authority = await createAuthority(deps.clock.now());
  const [port = 0] = await findFreePorts(1);
  const issuer = `https://127.0.0.1:${port}`;
  const people = await createTemporaryFolder(deps.cleanup);
  // kube-apiserver reads how to find it at its start.
  const { entrance } = await book.step({ id: 'authenticator', title: 'The authenticator' }, () =>
    showAuthenticator({ authority, folder: people }, deps),
  );
  const { controlPlane } = await book.step({ id: 'cluster', title: 'A real control plane' }, () =>
    startCluster({ issuer, authority, tokenWebhook: entrance.authenticator.webhookKubeconfig }, deps),
  );
  const { folder, administrator, issuerKubeconfig } = controlPlane;
  await book.step({ id: 'issuer', title: "The cluster's OIDC issuer" }, async () => {
    const binding = await allowIssuer(controlPlane);
    const clusterFlags = [`--kubeconfig=${issuerKubeconfig}`];
    const shown = await showIssuer({ issuer, clusterFlags, authority, folder }, deps);
    return { ...shown, commands: [binding, ...(shown.commands ?? [])] };
  });
  const { aws } = await book.step({ id: 'aws', title: 'A local AWS' }, () =>
    showAws({ issuer, folder }, deps),
  );
  const { webhook } = await book.step({ id: 'webhook', title: 'The webhook' }, () =>
    registerWebhook(controlPlane, authority, deps),
  );
  const { node } = await book.step({ id: 'node', title: 'A node without containers' }, () =>
    showNode({ access: administrator, folder }, deps),
  );
  const scene = { ...controlPlane, ...deps, issuer, webhook, aws, node };
  await book.step(WRITTEN, () => showJob(WRITTEN, scene));
  for (const each of FAILING) await book.step(each, () => showPod(each, scene));
  const atTheDoor = { ...controlPlane, ...deps, ...entrance, authority, folder: people };
  for (const each of LOGINS) await book.step(each, () => showRealLogin(each, atTheDoor));
  await people.write('kubeconfig', await readFile(join(folder.path, 'kubeconfig'), 'utf8'));
  await book.step(RIGHTS, () => showRights(['--kubeconfig', 'kubeconfig'], people, deps));
}

async function startCluster(
  options: { readonly issuer: string; readonly authority: Authority; readonly tokenWebhook: string },
  deps: RealDeps,
) {
  const { issuer } = options;
  const controlPlane = await startControlPlane({ ...deps, ...options });
  return {
    controlPlane,
    text: [
      `etcd, kube-apiserver ${controlPlane.version} and kube-controller-manager run on this machine alone, in a temporary folder. --service-account-issuer is ${issuer}, where the issuer will be; who the bearer of any other token is, it asks the authenticator.`,
    ],
    commands: [
      {
        command: `kube-apiserver --service-account-issuer=${issuer} --service-account-jwks-uri=${issuer}/openid/v1/jwks --service-account-signing-key-file=tokens.key --service-account-key-file=tokens.pub ${toTokenWebhookFlags('webhook.yaml').join(' ')} …`,
      },
      ...(await allowViewers(controlPlane)),
    ],
  };
}

/** Who is nobody in particular may not read discovery, and the issuer reads nothing else. */
async function allowIssuer({ kubectl }: ControlPlane) {
  const words = [
    'create',
    'clusterrolebinding',
    ISSUER_USER,
    '--clusterrole=system:service-account-issuer-discovery',
    `--user=${ISSUER_USER}`,
  ];
  await kubectl(...words);
  return { command: `kubectl ${words.join(' ')}` };
}

async function registerWebhook(
  { folder, kubectl, webhookKubeconfig }: ControlPlane,
  authority: Authority,
  { startWebhook, cleanup, clock }: RealDeps,
) {
  const { cert, key } = await authority.issue();
  await kubectl('apply', '-f', await folder.write('permissions.yaml', renderPermissions()));
  const webhook = await startWebhook({
    clusterFlags: [`--kubeconfig=${webhookKubeconfig}`],
    certPath: await folder.write('tls.crt', cert),
    keyPath: await folder.write('tls.key', key),
  });
  cleanup.add(webhook.stop);
  await kubectl(
    'apply',
    '-f',
    await folder.write('registration.yaml', renderRegistration(webhook.url, authority.cert)),
  );
  const probe = await folder.write('probe.yaml', renderProbe());
  const deadline = clock.now() + PATIENCE;
  while (!isAsked(webhook)) {
    if (clock.now() > deadline) throw new Error('kube-apiserver does not ask the webhook');
    // It fails, too, as long as there is no ServiceAccount for it.
    await kubectl('create', '--dry-run=server', '-f', probe).catch(() => {});
  }
  return {
    webhook,
    commands: [
      { command: 'kubectl apply -f permissions.yaml' },
      ...toWebhookCommands(webhook, folder.path),
      { command: 'kubectl apply -f registration.yaml' },
    ],
    text: [
      'It may read ServiceAccounts, which is all that it needs. A MutatingWebhookConfiguration with its URL and its CA has kube-apiserver ask it whenever a pod is created.',
    ],
  };
}

/** ms, until the API server has heard of the configuration and the first controller has done its work. */
const PATIENCE = 30_000;

function isAsked(webhook: RunningWebhook): boolean {
  return webhook.judgements().length > 0;
}
