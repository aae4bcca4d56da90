import { describeError } from '../../base/errors.ts';
import { checkIssuerUrl } from '../../base/names/issuer-url.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';
import { DISCOVERY_PATH, JWKS_PATH } from '../documents.ts';
import { type Discovery, MAX_DISCOVERY_BYTES, readDiscovery, readIssuer } from './discovery.ts';
import { MAX_KEY_SET_BYTES } from './key-set.ts';
import { type KeySource, KeySourceError, toTrouble } from './key-source.ts';

const DOCUMENTS = {
  discovery: { path: DISCOVERY_PATH, maxBytes: MAX_DISCOVERY_BYTES },
  jwks: { path: JWKS_PATH, maxBytes: MAX_KEY_SET_BYTES },
} as const;

/** kube-apiserver has one type for each document and answers 406 to who asks for the other's alone. */
const ACCEPT = 'application/jwk-set+json, application/json';

const REMEDIES: Readonly<Record<number, string>> = {
  401: '; our credential is not accepted, or it takes no request without one: check the token or the kubeconfig',
  403:
    '; whoever asks needs a ClusterRole: kubectl create clusterrolebinding iam-bridge-issuer-discovery' +
    ' --clusterrole=system:service-account-issuer-discovery --serviceaccount=NAMESPACE:NAME',
  404: '; it publishes only an issuer that is an https URL without query: set --service-account-issuer, whose first counts',
};

/** ms. The client's own limits are for lists of thousands of objects. */
const TIMEOUT_MS = 10_000;

/**
 * The documents as the API server has them, read with our own credential and the cluster's CA: what tokens are signed
 * with, wherever and whether it is published. The keys are read at the API server's own path; its `jwks_uri` often names a
 * host that only some can reach.
 * @param issuer as the tokens' `iss` has it. A cluster has one issuer that signs, which is the one it shows
 * @param timeoutMs for each document
 */
export function createClusterSource(
  api: Pick<KubeApi, 'get'>,
  issuer: string,
  timeoutMs: number = TIMEOUT_MS,
): KeySource {
  return {
    async readDocuments(stopping) {
      const limits = { timeoutMs, ...(stopping && { stopping }) };
      const discovery = toDiscovery(await readClusterDocument(api, 'discovery', limits), issuer);
      const jwks = await readClusterDocument(api, 'jwks', limits);
      return { jwks, discovery, notes: [...discovery.lacking, ...discovery.remarks] };
    },
  };
}

/**
 * The issuer that the cluster signs with, as it says itself.
 * @throws KeySourceError
 */
export async function readClusterIssuer(api: Pick<KubeApi, 'get'>, stopping?: AbortSignal): Promise<string> {
  const text = await readClusterDocument(api, 'discovery', { ...(stopping && { stopping }) });
  const issuer = readIssuer(text);
  const problem = issuer === undefined ? 'it is no JSON object with an issuer' : checkIssuerUrl(issuer);
  if (issuer !== undefined && problem === undefined) return issuer;
  throw new KeySourceError('discovery', `the API server's ${DISCOVERY_PATH}: ${problem}`, {
    trouble: 'local',
  });
}

function toDiscovery(text: string, issuer: string): Discovery {
  const reading = readDiscovery(text, issuer, { jwksUriUnused: true });
  if (reading.kind === 'discovery') return reading;
  throw new KeySourceError('discovery', `the API server's ${DISCOVERY_PATH}: ${reading.problem}`, {
    trouble: 'local',
  });
}

/**
 * One of the two documents, as text.
 * @throws KeySourceError with the remedy, where the answer is a refusal
 */
async function readClusterDocument(
  api: Pick<KubeApi, 'get'>,
  name: keyof typeof DOCUMENTS,
  limits: { readonly timeoutMs?: number; readonly stopping?: AbortSignal } = {},
): Promise<string> {
  const { path, maxBytes } = DOCUMENTS[name];
  const timeout = AbortSignal.timeout(limits.timeoutMs ?? TIMEOUT_MS);
  const signal = limits.stopping === undefined ? timeout : AbortSignal.any([timeout, limits.stopping]);
  const { status, body } = await api.get(path, { accept: ACCEPT, maxBytes, signal }).catch((error) => {
    const failure = timeout.aborted ? 'timeout' : 'unreachable';
    throw new KeySourceError(failure, `GET ${path}: ${describeError(error)}`, { cause: error });
  });
  if (status === 200) return body;
  const { message } = toStatusError(`GET ${path}`, status, body);
  const trouble = toTrouble(status) === 'passing' ? 'passing' : 'local';
  throw new KeySourceError('status', `${message}${REMEDIES[status] ?? ''}`, { trouble });
}
