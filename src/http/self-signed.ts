import { createAuthorityPair, issueCertificate, type KeyPair } from './issue-certificate.ts';

/** An authority that nobody keeps: whoever trusts it trusts what this process issued, for a day at most. */
export interface Authority {
  /** Its own certificate, PEM: the `caBundle` of a webhook configuration. */
  readonly cert: string;
  /** A serving certificate for loopback. */
  issue(): Promise<KeyPair>;
}

const HOUR = 3_600_000;

/** @param now ms since epoch; certificates are valid from an hour before for a day */
export async function createAuthority(now: number): Promise<Authority> {
  const validity = { notBefore: now - HOUR, notAfter: now + 23 * HOUR };
  const pair = await createAuthorityPair('iam-bridge demo authority', validity);
  const request = {
    ...validity,
    commonName: 'iam-bridge demo',
    usage: 'server',
    names: ['127.0.0.1', 'localhost'],
  } as const;
  return { cert: pair.cert, issue: () => issueCertificate(pair, request) };
}
