import { createAuthorityPair, issueCertificate, type KeyPair } from './issue-certificate.ts';

/** An authority that nobody keeps: whoever trusts it trusts what this process issued, for a day at most. */
export interface Authority {
  /** Its own certificate, PEM: the `caBundle` of a webhook configuration. */
  readonly cert: string;
  /** A serving certificate. @param names DNS names and IP addresses; without them those of loopback */
  issue(names?: readonly string[]): Promise<KeyPair>;
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
  } as const;
  return {
    cert: pair.cert,
    issue: (names = ['127.0.0.1', 'localhost']) => issueCertificate(pair, { ...request, names }),
  };
}
