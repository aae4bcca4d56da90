import { createAuthority } from '../certificate.ts';
import type { Programs } from '../control-plane/programs.ts';
import { renderPermissions, renderProbe, renderRegistration } from '../control-plane/registration.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts';
import type { Book } from '../report.ts';
import { type RunningWebhook, toWebhookCommands } from '../webhook.ts';
import { LEFT_OUT } from './left-out.ts';
import { showInjectedPod, showLeftOutPod } from './real-pods.ts';
import type { StoryDeps } from './stand-in.ts';

export interface RealDeps extends StoryDeps {
  readonly programs: Programs;
}

/**
 * The demo on a real control plane: every object goes in and comes out by kubectl.
 * @throws Error where something that has nothing to do with the webhook's decisions fails
 */
export async function tellRealStory(book: Book, deps: RealDeps): Promise<void> {
  const { examples, clock } = deps;
  const authority = await createAuthority(clock.now());
  const { controlPlane } = await book.step({ id: 'cluster', title: 'A real control plane' }, async () => {
    const started = await startControlPlane({ ...deps, authority });
    return {
      controlPlane: started,
      text: [
        `etcd, kube-apiserver ${started.version} and kube-controller-manager run on this machine alone, in a temporary folder.`,
      ],
    };
  });
  const { webhook } = await book.step({ id: 'webhook', title: 'The webhook' }, async () => {
    const { cert, key } = await authority.issue();
    return await registerWebhook(controlPlane, { cert, key, caBundle: authority.cert }, deps);
  });
  const place = { ...controlPlane, webhook, clock };
  await book.step({ id: 'injected', title: 'A Job whose pod gets a role' }, () =>
    showInjectedPod(examples, place),
  );
  for (const { id, title, ...leftOut } of LEFT_OUT) {
    await book.step({ id, title }, () => showLeftOutPod(examples[leftOut.file], leftOut, place));
  }
}

interface Certificates {
  readonly cert: string;
  readonly key: string;
  readonly caBundle: string;
}

async function registerWebhook(
  { folder, kubectl, webhookKubeconfig }: ControlPlane,
  { cert, key, caBundle }: Certificates,
  { startWebhook, cleanup, clock }: RealDeps,
) {
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
    await folder.write('registration.yaml', renderRegistration(webhook.url, caBundle)),
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
