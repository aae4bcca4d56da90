import { ConfigurationError, describeError } from '../../../base/errors.ts';
import type { DriftDeps } from '../../../issuer/drift/report.ts';
import { createDocumentFetch } from '../../../issuer/keys/fetch-document.ts';
import { type ApiAccess, toAccessAt } from '../../../kube/access.ts';
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
 * @throws ConfigurationError where the file of authorities cannot be read
 */
export async function createDriftDeps(
  settings: Omit<DriftSettings, 'interval'>,
  cluster: Cluster | string,
): Promise<DriftDeps> {
  const { account, publicCaPath, privateHosts, compareApiServers } = settings;
  const ca = publicCaPath === '' ? undefined : await readPublicAuthorities(publicCaPath);
  const fetch = createDocumentFetch({
    privateHosts,
    privateRemedy: (host) => `if that is where the issuer lives, allow it with --private-host ${host}`,
    timeoutMs: PATIENCE,
    ...(ca && { ca: () => ca }),
  });
  const seen = { public: { fetch, monotonic: () => performance.now() } };
  if (typeof cluster === 'string') return { ...seen, cluster };
  const { access, api } = cluster;
  const open = (server: string): KubeApi =>
    createKubeApi(toAccessAt(access, { server, serverName: SERVICE_NAME }));
  return { ...seen, cluster: { api, account }, ...(compareApiServers && { apiServers: { api, open } }) };
}

async function readPublicAuthorities(path: string): Promise<string> {
  try {
    return await readAuthorities(path);
  } catch (cause) {
    throw new ConfigurationError(`--public-ca: ${describeError(cause)}`, { cause });
  }
}
