import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { CertificateSource } from '../../http/certificate.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import { createPlainServer } from '../../http/plain-server.ts';
import { createTlsServer, type HttpServer } from '../../http/tls-server.ts';
import { createDriftMetrics, createIssuerMetrics, type IssuerMetrics } from '../../issuer/metrics.ts';
import { createRouting } from '../../issuer/serve/routes.ts';
import { createDocumentStore, type DocumentStore } from '../../issuer/serve/served-documents.ts';
import { createKubeApi } from '../../kube/api.ts';
import { findCluster } from '../cluster.ts';
import { createServingCertificate } from '../server/certificate.ts';
import { toDoorPart, toOpsPart, toServerChecks } from '../server/parts.ts';
import type { ServerParts, ServerSurroundings } from '../server/run.ts';
import { type Cluster, createDriftPart } from './drift.ts';
import { createServedKeys } from './keys.ts';
import type { DriftSettings, IssuerCommandSettings } from './read-settings.ts';
import { createVerify, type Verify } from './verify.ts';

/** @throws Error that says which file, credential or service is missing */
export async function createIssuerParts(
  settings: IssuerCommandSettings,
  { log, registry }: ServerSurroundings,
): Promise<ServerParts> {
  const { issuer, listen, tls } = settings;
  const certificate = tls && (await createServingCertificate(tls, { log, registry }));
  const cluster = await openCluster(settings, log);
  const store = createDocumentStore({ issuer, jwksUri: settings.jwksUri });
  const metrics = createMetrics(registry, store, () => keys.status(issuer)?.ageMs);
  const { keys, part, check } = await createServedKeys(settings, { api: cluster?.api, store, metrics, log });
  const verify = settings.verify && (await createVerify(settings.verify, { issuer, keys, metrics, log }));
  const drift = settings.drift && cluster && (await createDrift(settings.drift, cluster));
  const server = createServer(settings, { certificate, store, metrics, verify });
  const parts = [
    toClosingPart('files', () => verify?.stop()),
    toClosingPart('cluster', () => cluster?.api.close()),
    part,
    toDoorPart({ name: 'issuer', server, address: listen, certificate }, log),
    toOpsPart(
      { host: listen.opsHost, port: listen.metricsPort },
      { registry, checks: [...toServerChecks(certificate, server), check] },
      log,
    ),
    ...(drift ? [drift] : []),
  ];
  return { parts, beginDrain: server.drain.begin };

  function createDrift(wanted: DriftSettings, found: Cluster): Promise<Part> {
    const count = createDriftMetrics(registry);
    return createDriftPart({ issuer, settings: wanted, cluster: found, count, log });
  }
}

async function openCluster(settings: IssuerCommandSettings, log: Log): Promise<Cluster | undefined> {
  if (settings.source.kind !== 'cluster' && settings.drift === undefined) return undefined;
  const access = await findCluster(settings.cluster);
  for (const note of access.notes) log.warn({}, note);
  return { access, api: createKubeApi(access) };
}

function createMetrics(
  registry: Registry,
  store: DocumentStore,
  ageMs: () => number | undefined,
): IssuerMetrics {
  collectDefaultMetrics({ register: registry });
  return createIssuerMetrics(registry, {
    count: () => store.keys().length,
    age() {
      const age = ageMs();
      return age === undefined ? undefined : age / 1000;
    },
  });
}

interface ServerDeps {
  readonly certificate: CertificateSource | undefined;
  readonly store: DocumentStore;
  readonly metrics: IssuerMetrics;
  readonly verify: Verify | undefined;
}

function createServer({ tls, issuer, cacheMaxAge }: IssuerCommandSettings, deps: ServerDeps): HttpServer {
  const { certificate, store, metrics, verify } = deps;
  const routing = createRouting({
    issuer,
    documents: store.documents,
    maxAge: cacheMaxAge,
    verify: verify?.handler,
    count: metrics.request,
  });
  if (tls === undefined || certificate === undefined) return createPlainServer(routing);
  return createTlsServer({
    certificate,
    tls,
    clientAuthorities: verify?.clientAuthorities,
    ...routing,
  });
}

/** Something that is open from the beginning, and closed at the end. */
function toClosingPart(name: string, close: () => void): Part {
  return { name, start: async () => {}, stop: async () => close() };
}
