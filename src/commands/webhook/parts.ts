import { collectDefaultMetrics, type Registry } from 'prom-client';
import { type CertificateSource, describeInvalidity } from '../../http/certificate.ts';
import type { Part } from '../../http/lifecycle.ts';
import { listenOn } from '../../http/listen.ts';
import type { Log } from '../../http/log.ts';
import { createOpsServer, type ReadyCheck } from '../../http/ops.ts';
import { createTlsServer, type TlsServer } from '../../http/tls-server.ts';
import { createKubeApi } from '../../kube/api.ts';
import { createSystemClock } from '../../kube/clock.ts';
import type { WebhookCommandSettings } from '../../settings/webhook.ts';
import { createJudgementLog } from '../../webhook/log.ts';
import { createWebhookMetrics } from '../../webhook/metrics.ts';
import { createMutateHandler } from '../../webhook/routes.ts';
import { createAccountReader } from '../../webhook/sources/account.ts';
import { createAccountStore } from '../../webhook/sources/account-store.ts';
import { createServingCertificate } from './certificate.ts';
import { findCluster } from './cluster.ts';
import { createReflectorReports, registerLastContact } from './reflector-report.ts';
import { toWebhookSettings } from './settings.ts';
import { createSources, type Sources } from './sources.ts';

/** What the command brings along. */
export interface Surroundings {
  readonly log: Log;
  readonly registry: Registry;
}

/** What to start and stop, in order, and how to become unready first. */
export interface WebhookParts {
  readonly parts: readonly Part[];
  readonly beginDrain: () => void;
}

/** How long calls under way may take once no new connection is accepted. ms */
const CLOSE_PATIENCE = 10_000;

/** @throws Error that says which file, credential or service is missing */
export async function createWebhookParts(
  settings: WebhookCommandSettings,
  { log, registry }: Surroundings,
): Promise<WebhookParts> {
  const certificate = await createServingCertificate(settings.tls, { log, registry });
  const webhookSettings = await toWebhookSettings(settings);
  const access = await findCluster(settings.cluster);
  for (const note of access.notes) log.warn({}, note);
  const api = createKubeApi(access);
  const reader = createAccountReader(webhookSettings);
  const store = createAccountStore(reader);
  const metrics = createWebhookMetrics(registry, store.count);
  const clock = createSystemClock();
  const report = createReflectorReports(registry, log);
  const sources = await createSources(settings, { api, clock, log, metrics, report, reader, store });
  const server = createTlsServer({
    certificate,
    tls: settings.tls,
    direct: new Map([
      [
        '/mutate',
        createMutateHandler({
          settings: webhookSettings,
          accounts: store,
          sources: sources.sources,
          findAccount: sources.findAccount,
          random: Math.random,
          metrics,
          monotonic: () => performance.now(),
          log: createJudgementLog(log, clock.now),
        }),
      ],
    ]),
  });
  server.app.get('/healthz', async () => 'ok');
  registerProcessMetrics(registry, sources);
  const checks = [...toServerChecks(certificate, server), ...sources.checks];
  const parts = [
    toSourcesPart(sources, () => api.close()),
    toTlsPart(server, certificate, settings, log),
    toOpsPart(settings, { registry, checks }, log),
  ];
  return { parts, beginDrain: server.drain.begin };
}

function registerProcessMetrics(registry: Registry, { reflectors }: Sources): void {
  collectDefaultMetrics({ register: registry });
  registerLastContact(registry, reflectors);
}

function toServerChecks(certificate: CertificateSource, { drain }: TlsServer): ReadyCheck[] {
  return [
    { name: 'certificate', check: () => describeInvalidity(certificate.current(), Date.now()) },
    { name: 'not-draining', check: () => (drain.draining() ? 'the process is going away' : undefined) },
  ];
}

function toSourcesPart(sources: Sources, close: () => void): Part {
  return {
    name: 'sources',
    async start() {
      for (const reflector of Object.values(sources.reflectors)) reflector.start();
    },
    async stop() {
      await sources.stop();
      close();
    },
  };
}

function toTlsPart(
  { app, drain }: TlsServer,
  certificate: CertificateSource,
  { listen }: WebhookCommandSettings,
  log: Log,
): Part {
  return {
    name: 'webhook',
    async start() {
      log.info({ port: await listenOn(app, listen) }, 'webhook listens (HTTPS)');
    },
    async stop() {
      await drain.close(CLOSE_PATIENCE);
      certificate.stop();
    },
  };
}

function toOpsPart(
  { listen }: WebhookCommandSettings,
  options: Parameters<typeof createOpsServer>[0],
  log: Log,
): Part {
  const app = createOpsServer(options);
  return {
    name: 'ops',
    async start() {
      const port = await listenOn(app, { host: listen.host, port: listen.metricsPort });
      log.info({ port }, 'probes and metrics listen (HTTP)');
    },
    stop: () => app.close(),
  };
}
