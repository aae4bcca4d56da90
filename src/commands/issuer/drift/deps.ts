import type { Clock } from '../../../base/clock.ts';
import { describeError } from '../../../base/errors.ts';
import type { Part } from '../../../http/lifecycle.ts';
import type { Log } from '../../../http/log.ts';
import { type DriftDeps, type DriftReport, findDrift } from '../../../issuer/drift/report.ts';
import { createDriftWatch } from '../../../issuer/drift/watch.ts';
import { createDocumentFetch } from '../../../issuer/keys/fetch-document.ts';
import type { CountDrift } from '../../../issuer/metrics.ts';
import type { ApiAccess } from '../../../kube/access.ts';
import { createKubeApi, type KubeApi } from '../../../kube/api.ts';
import { readAuthorities } from '../../authorities.ts';
import type { DriftSettings } from '../settings.ts';

/** The cluster that is compared, reached by this access. */
export interface Cluster {
  readonly access: ApiAccess;
  readonly api: KubeApi;
}

/** ms; more than STS has, so that what is merely slow can be told from what is not there. */
const PATIENCE = 15_000;

/** The name that every API server's certificate has beside its own, because pods use it. */
const SERVICE_NAME = 'kubernetes.default.svc';

/**
 * What a comparison is made with.
 * @param cluster or a sentence that says why there is none
 * @throws Error where the file of authorities cannot be read
 */
export async function createDriftDeps(
  settings: Omit<DriftSettings, 'interval'>,
  cluster: Cluster | string,
): Promise<DriftDeps> {
  const { account, publicCaPath, privateHosts, compareApiServers } = settings;
  const ca = publicCaPath === '' ? undefined : await readPublicAuthorities(publicCaPath);
  const fetch = createDocumentFetch({ privateHosts, timeoutMs: PATIENCE, ...(ca && { ca: () => ca }) });
  const seen = { public: { fetch, monotonic: () => performance.now() } };
  if (typeof cluster === 'string') return { ...seen, cluster };
  const { access, api } = cluster;
  const open = (server: string): KubeApi => createKubeApi({ ...access, server, serverName: SERVICE_NAME });
  return { ...seen, cluster: { api, account }, ...(compareApiServers && { apiServers: { api, open } }) };
}

async function readPublicAuthorities(path: string): Promise<string> {
  try {
    return await readAuthorities(path);
  } catch (cause) {
    throw new Error(`--public-ca: ${describeError(cause)}`, { cause });
  }
}

export interface DriftPartOptions {
  readonly issuer: string;
  readonly settings: DriftSettings;
  readonly cluster: Cluster;
  readonly count: CountDrift;
  readonly log: Log;
  readonly clock: Clock;
}

/** Compares from time to time while the issuer is served. */
export async function createDriftPart(options: DriftPartOptions): Promise<Part> {
  const { issuer, settings, cluster, count, log, clock } = options;
  const deps = await createDriftDeps(settings, cluster);
  const watch = createDriftWatch({
    look: (signal) => findDrift(issuer, deps, signal),
    interval: settings.interval,
    clock,
    observe: (report) => count(report, clock.now()),
    changed: (report) => logReport(report, log),
  });
  return { name: 'drift', start: async () => watch.start(), stop: watch.stop };
}

function logReport({ outcome, findings, keys, signingKey, unseen }: DriftReport, log: Log): void {
  const fields = { outcome, findings, keys, signingKey, unseen };
  if (outcome === 'none') log.info(fields, 'the public sees the issuer that the cluster signs as');
  else if (outcome === 'drift') log.error(fields, 'the public sees another issuer than the cluster signs as');
  else log.warn(fields, 'whether the public sees the issuer of the cluster could not be seen');
}
