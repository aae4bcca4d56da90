import { collectDefaultMetrics, type Registry } from 'prom-client';
import { createSystemClock } from '../../base/clock.ts';
import type { Part } from '../../http/lifecycle.ts';
import { createTlsServer } from '../../http/tls-server.ts';
import { createKubeApi } from '../../kube/api.ts';
import { createJudgementLog } from '../../webhook/log.ts';
import { createWebhookMetrics } from '../../webhook/metrics.ts';
import { createMutateHandler } from '../../webhook/routes.ts';
import { createAccountReader } from '../../webhook/sources/account.ts';
import { createAccountStore } from '../../webhook/sources/account-store.ts';
import { findCluster } from '../cluster.ts';
import { createServingCertificate } from '../server/certificate.ts';
import { toDoorPart, toOpsPart, toServerChecks } from '../server/parts.ts';
import type { ServerParts, ServerSurroundings } from '../server/run.ts';
import type { WebhookCommandSettings } from './read-settings.ts';
import { createReflectorReports, registerLastContact } from './reflector-report.ts';
import { toWebhookSettings } from './settings.ts';
import { createSources, type Sources } from './sources.ts';

/** @throws Error that says which file, credential or service is missing */
export async function createWebhookParts(
  settings: WebhookCommandSettings,
  { log, registry }: ServerSurroundings,
): Promise<ServerParts> {
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
  const { host, metricsPort } = settings.listen;
  const checks = [...toServerChecks(certificate, server), ...sources.checks];
  const parts = [
    toSourcesPart(sources, () => api.close()),
    toDoorPart({ name: 'webhook', server, address: settings.listen, certificate }, log),
    toOpsPart({ host, port: metricsPort }, { registry, checks }, log),
  ];
  return { parts, beginDrain: server.drain.begin };
}

function registerProcessMetrics(registry: Registry, { reflectors }: Sources): void {
  collectDefaultMetrics({ register: registry });
  registerLastContact(registry, reflectors);
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
