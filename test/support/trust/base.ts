import { readTrustPolicy, type TrustPolicy } from '../../../src/trust/policy.ts';
import type { TrustRequest } from '../../../src/trust/request.ts';

/** The policy, token and provider that every case starts from. */
export const KEY = 'oidc.example/id/A';
export const ISSUER = `https://${KEY}`;
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${KEY}`;
export const SUBJECT = 'system:serviceaccount:demo:s3-echoer';
export const AUDIENCE = 'sts.amazonaws.com';

/** The condition keys of the base provider, and what the base statement has under them. */
export const sub = `${KEY}:sub`;
export const aud = `${KEY}:aud`;
export const both = { [sub]: SUBJECT, [aud]: AUDIENCE };

/** Another account of the same cluster, and another cluster. */
export const WEB = 'system:serviceaccount:demo:web';
export const OTHER_KEY = KEY.replace('/A', '/B');
export const OTHER = PROVIDER.replace('/A', '/B');

export interface StatementParts {
  readonly [member: string]: unknown;
}

/** The base statement with some members changed; `undefined` takes one out. */
export function statement(changes: StatementParts = {}): Record<string, unknown> {
  const base = {
    Effect: 'Allow',
    Principal: { Federated: PROVIDER },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${KEY}:sub`]: SUBJECT, [`${KEY}:aud`]: AUDIENCE } },
  };
  const changed = Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(changed);
}

export function policy(...statements: readonly unknown[]): Record<string, unknown> {
  return { Version: '2012-10-17', Statement: statements };
}

/** Reads a document, or a text, that has to be valid. */
export function read(document: unknown): TrustPolicy {
  const reading = readTrustPolicy(typeof document === 'string' ? document : JSON.stringify(document));
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems));
  return reading.policy;
}

/** The base request, all of whose facts are known, with some changed. */
export function request(changes: Partial<TrustRequest> = {}): TrustRequest {
  return {
    provider: { arn: PROVIDER, url: ISSUER },
    token: { sub: SUBJECT, audience: AUDIENCE, originalAudiences: [AUDIENCE] },
    roleSessionName: 'aws-sdk-js-session-1',
    durationSeconds: 3_600,
    now: Date.parse('2026-10-01T12:00:00Z'),
    secureTransport: true,
    sourceIp: '198.51.100.7',
    sourceVpc: 'absent',
    sourceVpce: 'absent',
    ...changes,
  };
}

/** The base request of another subject. */
export function requestOf(sub: string): TrustRequest {
  return request({ token: { sub, audience: AUDIENCE, originalAudiences: [AUDIENCE] } });
}
