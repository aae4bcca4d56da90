import type { TokenCheckOptions } from '../../../src/authenticator/token/examination.ts';
import { createHostTable, type HostTableOptions } from '../../../src/authenticator/token/hosts.ts';
import { presignUrl } from '../../../src/aws/sigv4/sign.ts';
import { type AccessKey, EMPTY_HASH } from '../../../src/aws/sigv4/signature.ts';
import { KEYS, NOW } from '../aws/signing-plan.ts';

export const HOST = 'sts.us-west-2.amazonaws.com';
export const CLUSTER = 'test-cluster';

/** Of a token whose form is right; nobody has signed it. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  Action: 'GetCallerIdentity',
  Version: '2011-06-15',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'AKIAEXAMPLEEXAMPLE00%2F20230428%2Fus-west-2%2Fsts%2Faws4_request',
  'X-Amz-Date': '20230428T120000Z',
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'host%3Bx-k8s-aws-id',
  'X-Amz-Signature': '0123456789abcdef'.repeat(4),
};

type Changes = Readonly<Record<string, string | undefined>>;

/** The text of a query, with other parameters or without some (undefined). */
export function toQuery(changes: Changes = {}): string {
  return Object.entries({ ...PARAMETERS, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('&');
}

/** A URL as it stands in a token, with other parameters, or at another host. */
export function toUrl(changes: Changes = {}, host = HOST): string {
  return `https://${host}/?${toQuery(changes)}`;
}

/** @param url in UTF-8 */
export function toToken(url: string): string {
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

export interface SignedTokenPlan {
  readonly host?: string;
  readonly region?: string;
  readonly cluster?: string;
  readonly keys?: AccessKey;
  /** ms since epoch */
  readonly at?: number;
  readonly action?: string;
}

/** A token with a real signature. */
export function signToken(plan: SignedTokenPlan = {}): string {
  const { host = HOST, region = 'us-west-2', cluster = CLUSTER, keys = KEYS, at = NOW } = plan;
  const query = `Action=${plan.action ?? 'GetCallerIdentity'}&Version=2011-06-15`;
  const headers = [
    ['host', host],
    ['x-k8s-aws-id', cluster],
  ] as const;
  const request = { method: 'GET', path: '/', query, headers, payloadHash: EMPTY_HASH };
  return toToken(presignUrl(request, { accessKey: keys, service: 'sts', region, now: at }, 60));
}

/** What a server of a commercial region goes by that was told nothing else. */
export function createCheckOptions(
  options: Partial<HostTableOptions> & { readonly now?: number } = {},
): TokenCheckOptions {
  const { now = NOW, ...hosts } = options;
  const table = { partition: 'aws', extraHosts: [], ownRegion: () => undefined, ...hosts };
  return { maxLength: 16_384, findHost: createHostTable(table), now };
}
