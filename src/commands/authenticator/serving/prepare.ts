import { readTextFileIfPresent } from '../../../base/text-file.ts';
import type { Log } from '../../../http/log.ts';
import { describeOrphan, ensureCertificate, type ServingCertificate } from './certificate.ts';
import type { ServingSettings } from './settings.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';
import { saysTheSame, type WebhookKubeconfig, writeWebhookKubeconfig } from './webhook-kubeconfig.ts';

const MAX_BYTES = 1024 * 1024;
const RESTART = 'kube-apiserver reads it at its start: restart it';

/**
 * Sees to certificate and webhook kubeconfig at the start of the server.
 * @param now ms since epoch
 * @throws ConfigurationError in one sentence
 */
export async function prepareServing(settings: ServingSettings, log: Log, now: number): Promise<void> {
  const folder = await openStateFolder(settings.stateDir);
  const certificate = await ensureCertificate(folder, settings.names, now);
  logCertificate(certificate, settings, log);
  if (certificate.kind === 'orphaned') log.warn({}, describeOrphan(folder));
  const kubeconfig = await toKubeconfig(settings, folder, certificate);
  if (settings.pregenerated) await checkPregenerated(settings, kubeconfig, log);
  else await writeKubeconfig(settings, kubeconfig, log);
}

/** With the client certificate that `init` has made, if it has. */
async function toKubeconfig(
  { url }: ServingSettings,
  folder: StateFolder,
  { authority }: ServingCertificate,
): Promise<WebhookKubeconfig> {
  const { cert, key } = await folder.read('client');
  const client = cert === undefined || key === undefined ? undefined : { cert, key };
  return { url, authority, client };
}

function logCertificate(
  { kind, made }: ServingCertificate,
  { stateDir, names }: ServingSettings,
  log: Log,
): void {
  if (made.length > 0) log.info({ stateDir, made, names }, 'certificate made');
  if (kind === 'foreign')
    log.info({ stateDir }, 'the certificate is not of our authority: it is served as it is, and not renewed');
  if (kind === 'sealed')
    log.warn({ stateDir }, 'ca-key.pem is not there: the certificate is served as it is, and not renewed');
}

async function writeKubeconfig(
  { kubeconfigPath: path }: ServingSettings,
  kubeconfig: WebhookKubeconfig,
  log: Log,
): Promise<void> {
  const outcome = await writeWebhookKubeconfig(path, kubeconfig);
  if (outcome === 'written') log.info({ path }, 'webhook kubeconfig written');
  if (outcome === 'replaced') log.warn({ path }, `webhook kubeconfig replaced by another one; ${RESTART}`);
}

/** Where both do not fit, every login fails, and nothing but the API server's log would say why. */
async function checkPregenerated(
  { kubeconfigPath: path }: ServingSettings,
  kubeconfig: WebhookKubeconfig,
  log: Log,
): Promise<void> {
  const text = await readTextFileIfPresent(path, MAX_BYTES).catch(() => undefined);
  if (text === undefined || saysTheSame(text, kubeconfig)) return;
  log.warn(
    { path },
    'the pregenerated webhook kubeconfig names another address or authority than this server has: run init again, or bring its state folder back',
  );
}
