import type { Registry } from 'prom-client';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import { createDriftMetrics, createIssuerMetrics, type IssuerMetrics } from '../../issuer/metrics.ts';
import { createRouting } from '../../issuer/serve/routes.ts';
import { createDocumentStore, type DocumentStore } from '../../issuer/serve/served-documents.ts';
import { createKubeApi } from '../../kube/api.ts';
import { findCluster } from '../cluster.ts';
import type { Server, ServerSurroundings } from '../server/descriptor.ts';
import type { Cluster } from './drift/comparison.ts';
import { createDriftPart } from './drift/watch.ts';
import { createServedKeys } from './served-keys.ts';
import type { IssuerCommandSettings } from './settings.ts';
import { createVerifyEndpoint } from './verify-endpoint.ts';

/** @throws Error that says which file, credential or service is missing */
export async function createIssuer(
  settings: IssuerCommandSettings,
  { log, registry, clock, readBody }: ServerSurroundings,
): Promise<Server> {
  const { issuer, jwksUri, cacheMaxAge } = settings;
  const cluster = await openCluster(settings, log);
  const store = createDocumentStore({ issuer, jwksUri });
  const metrics = createMetrics(registry, store, () => keys.status(issuer)?.ageMs);
  const served = { api: cluster?.api, store, metrics, log, clock };
  const { keys, part, check } = await createServedKeys(settings, served);
  const verify =
    settings.verify &&
    (await createVerifyEndpoint(settings.verify, { issuer, keys, metrics, log, readBody }));
  const routing = createRouting({
    issuer,
    documents: store.documents,
    maxAge: cacheMaxAge,
    verify: verify?.handler,
    count: metrics.request,
  });
  return {
    door: { routing, clientTrust: verify?.clientTrust },
    checks: [check, ...(verify ? [verify.check] : [])],
    before: [
      toClosingPart('files', () => verify?.stop()),
      toClosingPart('cluster', () => cluster?.api.close()),
      part,
    ],
    after: cluster === undefined ? [] : await createDrift(settings, cluster, { registry, log, clock }),
  };
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
  return createIssuerMetrics(registry, {
    count: () => store.keys().length,
    age() {
      const age = ageMs();
      return age === undefined ? undefined : age / 1000;
    },
  });
}

async function createDrift(
  { issuer, drift }: IssuerCommandSettings,
  cluster: Cluster,
  { registry, log, clock }: Pick<ServerSurroundings, 'registry' | 'log' | 'clock'>,
): Promise<Part[]> {
  if (drift === undefined) return [];
  const count = createDriftMetrics(registry);
  return [await createDriftPart({ issuer, settings: drift, cluster, count, log, clock })];
}

/** Something that is open from the beginning, and closed at the end. */
function toClosingPart(name: string, close: () => void): Part {
  return { name, start: async () => {}, stop: async () => close() };
}
