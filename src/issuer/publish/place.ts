import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { parseIssuerUrl, quoteIssuer } from '../../base/names/issuer-url.ts';
import { DISCOVERY_PATH, JWKS_PATH } from '../documents.ts';
import { RECORD_NAME } from './key-record.ts';

/** The names of an issuer's documents below the place where it is published. */
export interface PublicationPlace {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly discoveryName: string;
  readonly jwksName: string;
}

export type PublicationPlaceReading =
  | ({ readonly kind: 'place' } & PublicationPlace)
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

const DISCOVERY_NAME = DISCOVERY_PATH.slice(1);

/**
 * What is published where, for an issuer whose URL leads to the place.
 * @param jwksUri kube-apiserver's own path below the issuer where absent; must be below the issuer, since nothing is
 *   written anywhere else
 */
export function readPublicationPlace(issuer: string, jwksUri: string | undefined): PublicationPlaceReading {
  const problem = checkIssuer(issuer);
  if (problem !== undefined) return { kind: 'malformed', problems: [problem] };
  const base = issuer.replace(/\/$/, '');
  const uri = jwksUri ?? base + JWKS_PATH;
  const jwksName = uri.slice(base.length + 1);
  const uriProblem = checkJwksUri(uri, base, jwksName);
  if (uriProblem !== undefined) return { kind: 'malformed', problems: [uriProblem] };
  return { kind: 'place', issuer, jwksUri: uri, discoveryName: DISCOVERY_NAME, jwksName };
}

function checkIssuer(issuer: string): string | undefined {
  const reading = parseIssuerUrl(issuer);
  if (reading.kind === 'issuer') return undefined;
  const { fault, problem } = reading;
  return fault === 'length'
    ? `--issuer ${problem}`
    : `--issuer: the issuer ${quoteIssuer(issuer)} ${problem}`;
}

function checkJwksUri(uri: string, base: string, name: string): string | undefined {
  const parsed = parseDocumentUrl(uri);
  if (parsed.kind === 'refused') return `--jwks-uri ${parsed.problem}`;
  if (!uri.startsWith(`${base}/`)) {
    return `--jwks-uri is not below the issuer: give one that begins with ${base}/, where --to leads`;
  }
  // Each step becomes a file or an object: no escapes, queries or steps that lead elsewhere.
  const steps = name.split('/');
  if (!/^[\w./~-]{1,512}$/.test(name) || steps.some((step) => /^\.{0,2}$/.test(step))) {
    return '--jwks-uri has a path that is no plain file name: give one such as …/openid/v1/jwks or …/keys.json';
  }
  return name === DISCOVERY_NAME || name === RECORD_NAME
    ? `--jwks-uri leads to ${name}, which is another document: give one such as …/openid/v1/jwks`
    : undefined;
}
