import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { toError } from '../../base/errors.ts';
import { parseJson } from '../../json/parse.ts';
import { isRecord } from '../../json/record.ts';
import type { ClusterUser } from '../report.ts';
import { postReview, type WebhookAddress } from './post-review.ts';

/** What kube-apiserver makes of a bearer token. */
export type TokenAnswer =
  | {
      readonly kind: 'answer';
      /** undefined: nobody; the answer is HTTP 401. */
      readonly user: ClusterUser | undefined;
    }
  | { readonly kind: 'invalid'; readonly problem: string };

const VERSION = 'authentication.k8s.io/v1';

/** Its deadline for a token webhook; a cluster's tokens are for the API server unless they say otherwise. */
const CALL = { timeout: 30_000, userAgent: 'kube-apiserver' };
const AUDIENCE = 'https://kubernetes.default.svc';

/** Asks a token webhook who the bearer is, as kube-apiserver does. */
export async function reviewToken(webhook: WebhookAddress, token: string): Promise<TokenAnswer> {
  const review = {
    kind: 'TokenReview',
    apiVersion: VERSION,
    metadata: { creationTimestamp: null },
    spec: { token, audiences: [AUDIENCE] },
    status: { user: {} },
  };
  return await postReview(webhook, review, CALL).then(readTokenAnswer, (error: unknown) => ({
    kind: 'invalid',
    problem: `calling the authenticator failed: ${toError(error).message}`,
  }));
}

/** Reads a TokenReview as strictly as kube-apiserver does. */
export function readTokenAnswer(text: string): TokenAnswer {
  const review = parseJson(text);
  if (!isRecord(review) || review['apiVersion'] !== VERSION || review['kind'] !== 'TokenReview')
    return { kind: 'invalid', problem: 'the authenticator did not answer with a TokenReview' };
  const status = isRecord(review['status']) ? review['status'] : {};
  if (status['authenticated'] !== true) return { kind: 'answer', user: undefined };
  const user = readUser(status['user']);
  if (user === undefined)
    return { kind: 'invalid', problem: 'the authenticator lets somebody in and does not say whom' };
  return { kind: 'answer', user };
}

/** A `UserInfo`, of which RBAC looks at name and groups. */
function readUser(value: unknown): ClusterUser | undefined {
  if (!isRecord(value) || typeof value['username'] !== 'string') return undefined;
  const { username, groups } = value;
  return { username, groups: Array.isArray(groups) ? groups.map(String) : [] };
}

/**
 * Reads the kubeconfig of `--authentication-token-webhook-config-file`.
 * @throws Error where it is not there, or names no server and authority
 */
export async function readTokenWebhook(path: string): Promise<WebhookAddress> {
  const config: unknown = parse(await readFile(path, 'utf8'));
  const clusters = isRecord(config) ? config['clusters'] : undefined;
  const first: unknown = Array.isArray(clusters) ? clusters[0] : undefined;
  const cluster = isRecord(first) && isRecord(first['cluster']) ? first['cluster'] : {};
  const { server: url, 'certificate-authority-data': authority } = cluster;
  if (typeof url !== 'string' || typeof authority !== 'string')
    throw new Error("the authenticator's kubeconfig names no server and authority");
  return { url, caBundle: Buffer.from(authority, 'base64').toString() };
}
