import type { Finding, Severity } from '../../base/finding.ts';
import { quoteShort } from '../../json/quote.ts';
import type { KeySet } from '../keys/key-set.ts';

/**
 * Everything in which the public may see another issuer than the one that the cluster signs as, in one table: log, metric,
 * output, documentation and tests share these codes.
 *
 * - `error`: STS refuses tokens now, or someone can forge them.
 * - `warning`: STS refuses them after the next change, or under conditions that cannot be seen from here.
 */
export const DRIFT = {
  'signing-key-missing': {
    severity: 'error',
    remedy:
      'publish the JWKS of the cluster again: `iam-bridge publish`, or have `iam-bridge issuer` serve it',
  },
  'key-missing': {
    severity: 'warning',
    remedy: 'publish it at least a day before the cluster signs with it; one that is retired may go',
  },
  'key-differs': {
    severity: 'error',
    remedy: 'publish the key of the cluster under this key id, and give a new key a new id',
  },
  'key-only-public': {
    severity: 'warning',
    remedy: 'remove it once no token of it is left: whoever holds it can sign tokens that AWS accepts',
  },
  'private-key-public': {
    severity: 'error',
    remedy: 'take the document down, replace the signing key, then publish public members only',
  },
  'issuer-url': {
    severity: 'error',
    remedy: 'IAM takes an https URL without query and fragment; change --service-account-issuer',
  },
  'issuer-port': {
    severity: 'warning',
    remedy: "IAM's documentation asks for a URL without a port; serve the issuer on 443",
  },
  'cluster-issuer-differs': {
    severity: 'error',
    remedy: 'use the first --service-account-issuer of kube-apiserver, to the letter, everywhere',
  },
  'token-issuer-differs': {
    severity: 'error',
    remedy: 'use the first --service-account-issuer of kube-apiserver, to the letter, everywhere',
  },
  'api-servers-differ': {
    severity: 'error',
    remedy:
      'give every kube-apiserver the same --service-account-key-file list, and restart those that lack a key',
  },
  'discovery-issuer-differs': {
    severity: 'error',
    remedy:
      'serve a discovery document whose "issuer" is the issuer to the letter: case, path and slash count',
  },
  'discovery-incomplete': {
    severity: 'error',
    remedy:
      'add the members that STS demands; `iam-bridge issuer` and `iam-bridge publish` write all of them',
  },
  'discovery-null-member': {
    severity: 'warning',
    remedy: 'write a list of strings: IAM demands one, though it has been seen to take null',
  },
  'discovery-unreadable': {
    severity: 'error',
    remedy: 'serve the discovery document as JSON, once for each member',
  },
  'jwks-uri-unusable': {
    severity: 'error',
    remedy: 'set --service-account-jwks-uri to a public https URL, and serve the JWKS there',
  },
  'jwks-uri-other-host': {
    severity: 'warning',
    remedy: 'serve the JWKS on the host of the issuer, unless the other host is meant',
  },
  'jwks-unreadable': {
    severity: 'error',
    remedy: 'serve the JWKS as the cluster gives it (`kubectl get --raw /openid/v1/jwks`)',
  },
  'weak-key': {
    severity: 'error',
    remedy:
      'sign with a new key (`iam-bridge keys generate`), then withdraw this one everywhere: whoever computes its private half signs as the cluster',
  },
  'key-not-accepted': {
    severity: 'warning',
    remedy: 'AWS takes RSA of at least 2048 bits and P-256, P-384, P-521, each with its own key id',
  },
  'signing-algorithm-not-accepted': {
    severity: 'error',
    remedy: 'sign with an RSA or EC key: AWS takes RS256, RS384, RS512, ES256, ES384, ES512',
  },
  'too-many-keys': {
    severity: 'error',
    remedy: 'AWS takes 100 RSA and 100 EC keys: remove those of which no token is left',
  },
  'not-anonymous': {
    severity: 'error',
    remedy: 'STS sends no credential: open the two paths to everybody, or publish the documents elsewhere',
  },
  redirect: { severity: 'error', remedy: 'STS follows no redirect: serve the document at this very URL' },
  'http-status': { severity: 'error', remedy: 'serve the document at this URL with status 200' },
  'content-type': {
    severity: 'warning',
    remedy: 'serve application/json, and application/jwk-set+json for the JWKS',
  },
  slow: {
    severity: 'warning',
    remedy: 'STS gives up after about 5 s: serve static documents, near and cached',
  },
  'certificate-untrusted': {
    severity: 'warning',
    remedy:
      'use a certificate of a public authority with its intermediates, or keep the thumbprint of the provider up to date',
  },
} as const satisfies Record<string, { severity: DriftSeverity; remedy: string }>;

type DriftSeverity = Extract<Severity, 'error' | 'warning'>;
export type DriftCode = keyof typeof DRIFT;

/** Seen at a URL, at one or several API servers, or at the cluster as a whole. */
export type DriftFinding = Finding<DriftCode, DriftSeverity>;

/** Where what the cluster says of itself was seen. */
export const CLUSTER = 'cluster';

/** @param where the URL of the keys, or {@link CLUSTER} */
export function describeWeak({ keys }: KeySet, where: string): DriftFinding[] {
  return keys.flatMap(({ kid, weakness }) =>
    weakness === undefined ? [] : [toFinding('weak-key', where, `key ${quoteShort(kid)} ${weakness}`)],
  );
}

export function toFinding(code: DriftCode, where: string, what: string): DriftFinding {
  const { severity, remedy } = DRIFT[code];
  return { code, severity, where, what, remedy };
}

/** What is said of documents that are the right ones all the same. */
const BESIDE_DRIFT: ReadonlySet<DriftCode> = new Set([
  'content-type',
  'discovery-null-member',
  'jwks-uri-other-host',
  'slow',
]);

/** Whether AWS, for this finding, does not see the issuer that the cluster signs as, or may not for long. */
export function isDrift(code: DriftCode): boolean {
  return !BESIDE_DRIFT.has(code);
}

/** All codes, for metrics. */
export function listDriftCodes(): readonly DriftCode[] {
  // The members of a constant table: its keys are its codes.
  return Object.keys(DRIFT) as DriftCode[];
}
