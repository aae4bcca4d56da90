import { isIP } from 'node:net';
import { isLoopbackHost } from '../base/names/loopback-host.ts';
import { judgeAddress } from './keys/ip-ranges.ts';

/** The API server's Service, which is in the certificate and often in `--service-account-issuer`. */
const CLUSTER_NAME = /^kubernetes(?:\.default)?$|\.svc$|\.cluster\.local$|^cluster\.local$/;

/** RFC 6762, RFC 8375, ICANN's `.internal`, and what RFC 6762 appendix G and RFC 6761 keep from the public DNS. */
const PRIVATE_NAME =
  /(?:^|\.)(?:local|localhost|internal|intranet|private|corp|home|lan|home\.arpa|invalid)$/;

/**
 * Why AWS STS cannot read the documents of an issuer, by the spelling of its host alone: nothing is resolved. An issuer on
 * this machine is a trial of the local AWS, and none of AWS's.
 * @param issuer as `parseIssuerUrl` takes it
 * @returns a sentence with what to do; undefined where nothing speaks against it
 */
export function describeUnreachable(issuer: string): string | undefined {
  const host = new URL(issuer).hostname;
  if (isLoopbackHost(host)) return undefined;
  const what = describeHost(host.replace(/^\[|\]$/g, '').replace(/\.$/, ''));
  if (what === undefined) return undefined;
  return `AWS STS cannot reach the issuer: ${host} is ${what}. Serve its two documents at a public https URL (iam-bridge issuer, iam-bridge publish), make that the first --service-account-issuer of kube-apiserver, and use it here`;
}

function describeHost(host: string): string | undefined {
  if (isIP(host) !== 0) {
    const { kind, what } = judgeAddress(host);
    return kind === 'public' ? undefined : what;
  }
  if (CLUSTER_NAME.test(host)) return 'a name that only the cluster knows';
  return PRIVATE_NAME.test(host) || !host.includes('.')
    ? 'a name that only a private network knows'
    : undefined;
}
