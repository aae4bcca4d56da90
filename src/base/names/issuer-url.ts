import { quote } from '../../json/quote.ts';
import { parseDocumentUrl, type UrlFault } from './document-url.ts';
import { isLoopbackHost } from './loopback-host.ts';

export type IssuerUrl =
  | { readonly kind: 'issuer'; readonly url: URL }
  | {
      readonly kind: 'refused';
      readonly fault: IssuerFault;
      /** Completes the sentence "the issuer …": what is wrong, and the remedy. */
      readonly problem: string;
    };

export type IssuerFault = UrlFault | 'query' | 'port' | 'policy-character';

export interface IssuerUrlOptions {
  /** As kube-apiserver and IAM have it; without it plain http is taken, too, to a host that is this machine. */
  readonly httpsOnly?: boolean;
  /**
   * Only what IAM takes for the URL of a provider, and what can stand in a policy as it is: https, no port but on this
   * machine, where no AWS can read it and a local one takes ports, and nothing that is a wildcard, a variable or a quote.
   */
  readonly forProvider?: boolean;
}

/** Characters; IAM API reference, CreateOpenIDConnectProvider. */
export const MAX_ISSUER_LENGTH = 255;

/**
 * Reads the issuer of a cluster, which tokens have in `iss`. Every character counts, a slash at its end among them: it is
 * compared as text, and what leads elsewhere than it says, or that somebody would repair, is refused.
 * Source: OpenID Connect Discovery 1.0 section 3; IAM user guide, "Create an OIDC identity provider in IAM".
 */
export function parseIssuerUrl(text: string, options: IssuerUrlOptions = {}): IssuerUrl {
  const { httpsOnly = false, forProvider = false } = options;
  if (text.length > MAX_ISSUER_LENGTH) {
    const problem = `has ${text.length} characters: choose a shorter one, since it is longer than the ${MAX_ISSUER_LENGTH} characters that IAM takes`;
    return refuse('length', problem);
  }
  const reading = parseDocumentUrl(text, { httpsOnly: httpsOnly || forProvider });
  if (reading.kind === 'refused') return reading;
  const { url } = reading;
  if (!text.startsWith(url.protocol))
    return refuse('scheme', 'does not begin with https://: write the scheme in lower case');
  if (text.includes('?'))
    return refuse(
      'query',
      'has a query, which neither AWS nor Kubernetes allows: serve discovery under a path instead',
    );
  return (forProvider ? refuseForProvider(text, url) : undefined) ?? { kind: 'issuer', url };
}

function refuseForProvider(text: string, { hostname }: URL): IssuerUrl | undefined {
  // `URL` drops the port 443, and IAM does not.
  if (/^https:\/\/[^/]*:\d+(?:\/|$)/.test(text) && !isLoopbackHost(hostname))
    return refuse('port', 'has a port, which IAM refuses: serve discovery on 443');
  if (!/['$*]/.test(text)) return undefined;
  return refuse(
    'policy-character',
    "has one of * $ ' in it, which policies and shells take for something else: serve discovery under another path",
  );
}

function refuse(fault: IssuerFault, problem: string): IssuerUrl {
  return { kind: 'refused', fault, problem };
}

/** Why an issuer cannot be one that keys are fetched for, as a sentence; undefined where it can. */
export function checkIssuerUrl(issuer: string): string | undefined {
  const reading = parseIssuerUrl(issuer);
  return reading.kind === 'issuer' ? undefined : `the issuer ${quoteIssuer(issuer)} ${reading.problem}`;
}

/** Whole where it is as long as AWS allows: two of them often differ at their very end. */
export function quoteIssuer(issuer: string): string {
  return quote(issuer, MAX_ISSUER_LENGTH);
}
