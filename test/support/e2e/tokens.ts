import { expect } from 'vitest';
import type { Cluster } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject, Pod } from './objects.ts';

/** What the tests look at in a token of the API server. */
export interface TokenContent {
  readonly kid: string;
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly exp: number;
}

/** Reads a token without a judgement on it. */
export function readToken(token: string): TokenContent {
  const [header = {}, claims = {}] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { ...claims, kid: header.kid };
}

export interface TokenWish {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
  /** It is bound to this very one. */
  readonly pod?: Pod;
}

/** Has the API server sign a token for a day. */
export async function createToken(cluster: Cluster, wish: TokenWish): Promise<string> {
  const { namespace, serviceAccount, audience, pod } = wish;
  const { code, stdout, stderr } = await cluster.kubectl([
    'create',
    'token',
    serviceAccount,
    `--namespace=${namespace}`,
    `--audience=${audience}`,
    '--duration=24h',
    ...(pod === undefined ? [] : toBinding(pod)),
  ]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim();
}

function toBinding({ metadata: { name, uid } }: Pod): string[] {
  return ['--bound-object-kind=Pod', `--bound-object-name=${name}`, `--bound-object-uid=${uid}`];
}

export interface TokenReviewStatus {
  readonly authenticated?: boolean;
  readonly audiences?: readonly string[];
  readonly error?: string;
}

/** Asks the API server what it thinks of a token. It remembers its answers for ten seconds. */
export async function reviewToken(
  client: KubeClient,
  token: string,
  audience: string,
): Promise<TokenReviewStatus> {
  const review: KubeObject & { readonly status?: TokenReviewStatus } = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec: { token, audiences: [audience] },
  };
  const { object } = await client.create(review);
  return object.status ?? {};
}
