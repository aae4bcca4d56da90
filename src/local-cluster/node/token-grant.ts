import { z } from 'zod';
import { parseJson } from '../../json/parse.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';
import type { NodePod, TokenSource } from './pod-spec.ts';

/** A token that the API server has granted. */
export interface TokenGrant {
  readonly token: string;
  /** ms since epoch */
  readonly expiresAt: number;
  /** ms, as granted: the API server may shorten what was asked for. */
  readonly lifetime: number;
}

/** Asks for one token; tests and stories pass what they like. */
export type RequestToken = (pod: NodePod, source: TokenSource, signal: AbortSignal) => Promise<TokenGrant>;

const answer = z.object({
  spec: z.object({ expirationSeconds: z.number() }),
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.iso.datetime({ offset: true }) }),
});

/** A token is a few kilobytes at most. */
const MAX_BYTES = 256 * 1024;

/**
 * Asks the API server for the bound token that a projected volume names, as kubelet does (authentication.k8s.io/v1
 * TokenRequest): bound to the pod, so that the API server refuses it once the pod is gone.
 */
export function createTokenRequest(api: KubeApi): RequestToken {
  return async (pod, { audience, expirationSeconds }, signal) => {
    const path = `/api/v1/namespaces/${pod.namespace}/serviceaccounts/${pod.serviceAccountName}/token`;
    const { status, body } = await api.send('POST', path, toTokenRequest(pod, audience, expirationSeconds), {
      maxBytes: MAX_BYTES,
      signal,
    });
    if (status !== 201)
      throw toStatusError(`token for ${pod.namespace}/${pod.serviceAccountName}`, status, body);
    return readGrant(body);
  };
}

function toTokenRequest({ name, uid }: NodePod, audience: string | undefined, expirationSeconds: number) {
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience === undefined ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  };
}

/** No part of the answer is quoted: it holds a token. */
function readGrant(body: string): TokenGrant {
  const { success, data } = answer.safeParse(parseJson(body));
  if (!success) throw new Error('the API server answered a TokenRequest with something else than a token');
  const { spec, status } = data;
  return {
    token: status.token,
    expiresAt: Date.parse(status.expirationTimestamp),
    lifetime: spec.expirationSeconds * 1_000,
  };
}

const DAY = 24 * 3_600_000;
const MAX_JITTER = 10_000;

/**
 * Whether kubelet would ask for a new token by now: when 80 % of its life is over, or it is older than a day, or it was
 * issued in the future (kubelet's token manager). Up to ten seconds earlier, so that not all nodes ask at once.
 * @param now ms since epoch
 * @param random 0 inclusive to 1 exclusive
 */
export function isRenewalDue({ expiresAt, lifetime }: TokenGrant, now: number, random: number): boolean {
  const issuedAt = expiresAt - lifetime;
  const jitter = random * MAX_JITTER;
  return now < issuedAt || now > issuedAt + DAY - jitter || now > expiresAt - lifetime / 5 - jitter;
}
