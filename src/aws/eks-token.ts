import { presignUrl } from './sigv4/sign.ts';
import { type AccessKey, EMPTY_HASH } from './sigv4/signature.ts';

/** What a token for a cluster's IAM authenticator is made of. */
export interface EksToken {
  /** What the cluster is called where its tokens are checked; the name of the cluster on EKS. */
  readonly clusterId: string;
  readonly accessKey: AccessKey;
  /** Of STS, such as `sts.eu-west-1.amazonaws.com`. */
  readonly host: string;
  /** That the host is signed for. */
  readonly region: string;
  /** ms since epoch */
  readonly now: number;
}

/** STS takes a request for 15 minutes from its date, whatever that says; a minute less leaves time to use it. ms */
export const EKS_TOKEN_LIFETIME = 14 * 60_000;

/** Authenticators before 0.4 take nothing above it; STS does not look at it. Seconds. */
const EXPIRES = 60;

/**
 * A presigned `sts:GetCallerIdentity`, with the cluster's id among the signed headers, so that no other cluster takes it:
 * `k8s-aws-v1.` and the URL as base64url.
 * @throws Error where the host, the region or the id cannot be signed
 */
export function renderEksToken({ clusterId, accessKey, host, region, now }: EksToken): string {
  if (!isClusterId(clusterId)) throw new Error('the cluster id is malformed');
  const request = {
    method: 'GET',
    path: '/',
    query: 'Action=GetCallerIdentity&Version=2011-06-15',
    headers: [
      ['host', host],
      ['x-k8s-aws-id', clusterId],
    ] as const,
    payloadHash: EMPTY_HASH,
  };
  const url = presignUrl(request, { accessKey, service: 'sts', region, now }, EXPIRES);
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

/** It travels as the value of a header, and a blank at an end or two in a row would not arrive as they were signed. */
export function isClusterId(text: string): boolean {
  return /^[!-~]+(?: [!-~]+)*$/.test(text) && text.length <= 1_024;
}
