import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { quoteIssuer } from '../../base/names/issuer-url.ts';
import { quoteShort } from '../../json/quote.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { isSignatureAlgorithm, SIGNATURE_ALGORITHMS } from '../../web-identity/token/keys.ts';
import { DISCOVERY_PATH } from '../documents.ts';

/** What an issuer says of itself (OpenID Connect Discovery 1.0 section 3), as far as it matters here. */
export interface Discovery {
  readonly kind: 'discovery';
  readonly issuer: string;
  /** '' where it has none, and none is needed. */
  readonly jwksUri: string;
  /** All of it, as it is. */
  readonly document: JsonRecord;
  /** What AWS demands and the document does not have, one sentence each: STS takes no keys from it then. */
  readonly lacking: readonly string[];
  /** What may be wrong with it, one sentence each; nothing says that AWS refuses it. */
  readonly remarks: readonly string[];
}

export type DiscoveryReading = Discovery | { readonly kind: 'refused'; readonly problem: string };

export interface DiscoveryRules {
  /** Hosts (with port, where it is not the scheme's own) besides the issuer's that `jwks_uri` may name. */
  readonly allowedHosts?: readonly string[];
  /** The cluster's own API serves the keys at a path of its own, so its `jwks_uri` is not followed. */
  readonly jwksUriUnused?: boolean;
}

/** bytes */
export const MAX_DISCOVERY_BYTES = 64 * 1024;

/** What AWS wants besides `issuer` and `jwks_uri`: non-empty lists of strings. */
const DEMANDED_LISTS = [
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
] as const;

/**
 * Where the discovery document of an issuer lies. A single terminating slash of the issuer is taken off first (section 4),
 * and nothing else is changed.
 */
export function toDiscoveryUrl(issuer: string): string {
  return `${issuer.endsWith('/') ? issuer.slice(0, -1) : issuer}${DISCOVERY_PATH}`;
}

/**
 * Reads a discovery document. Never throws.
 * @param issuer the configured one: the document must have exactly the same (section 4.3), or another party answers for it
 */
export function readDiscovery(text: string, issuer: string, rules: DiscoveryRules = {}): DiscoveryReading {
  const document = parseDocument(text);
  if (typeof document === 'string') return refuse(document);
  const found = readMember(document, 'issuer');
  if (found !== issuer) return refuse(describeOtherIssuer(found, issuer));
  const jwksUri = readMember(document, 'jwks_uri');
  if (rules.jwksUriUnused !== true) {
    const problem = checkJwksUri(jwksUri, issuer, rules.allowedHosts ?? []);
    if (problem !== undefined) return refuse(problem);
  }
  return {
    kind: 'discovery',
    issuer,
    jwksUri: typeof jwksUri === 'string' ? jwksUri : '',
    document,
    lacking: describeLacking(document),
    remarks: remarkOn(document),
  };
}

/** The issuer that a discovery document names, for who does not know it yet; undefined where there is none. */
export function readIssuer(text: string): string | undefined {
  const document = parseDocument(text);
  const issuer = typeof document === 'string' ? undefined : readMember(document, 'issuer');
  return typeof issuer === 'string' ? issuer : undefined;
}

function refuse(problem: string): DiscoveryReading {
  return { kind: 'refused', problem };
}

function parseDocument(text: string): JsonRecord | string {
  if (Buffer.byteLength(text) > MAX_DISCOVERY_BYTES) return 'it is larger than 64 KiB';
  const reading = readJson(text);
  if (reading.kind === 'malformed') return reading.problem;
  const [duplicate] = reading.duplicates;
  if (duplicate !== undefined) return `the member ${quoteShort(duplicate)} is there twice`;
  return isRecord(reading.value) ? reading.value : 'it is no JSON object';
}

function describeOtherIssuer(found: unknown, issuer: string): string {
  if (typeof found !== 'string') return 'its issuer is missing or no string';
  const hint =
    found.replace(/\/$/, '').toLowerCase() === issuer.replace(/\/$/, '').toLowerCase()
      ? ' (letter case and a slash at the end count)'
      : '';
  return `its issuer is ${quoteIssuer(found)} and not ${quoteIssuer(issuer)}${hint}: configure the one that the tokens carry`;
}

function checkJwksUri(value: unknown, issuer: string, allowedHosts: readonly string[]): string | undefined {
  if (typeof value !== 'string') return 'its jwks_uri is missing or no string';
  const parsed = parseDocumentUrl(value);
  if (parsed.kind === 'refused') return `its jwks_uri ${parsed.problem}`;
  const { url } = parsed;
  if (url.origin === new URL(issuer).origin || allowedHosts.includes(url.host)) return undefined;
  return `its jwks_uri is at ${url.origin} and not at the issuer's: if the keys belong there, allow the host ${url.host}`;
}

function describeLacking(document: JsonRecord): string[] {
  const { lacking } = checkDemandedLists(document);
  const found = lacking.map((name) => `${name} is missing or no list of strings, and AWS demands it: add it`);
  const uri = readMember(document, 'jwks_uri');
  if (typeof uri === 'string' && /^https?:\/\//.test(uri)) return found;
  return [...found, 'jwks_uri is missing or no URL, and AWS reads the keys there: add it'];
}

function remarkOn(document: JsonRecord): string[] {
  const { empty } = checkDemandedLists(document);
  const remarks = empty.map((name) => `${name} is null: ${NULL_LIST}`);
  const algorithms = readMember(document, 'id_token_signing_alg_values_supported');
  if (isListOfStrings(algorithms) && !algorithms.some(isSignatureAlgorithm)) {
    remarks.push(
      `id_token_signing_alg_values_supported has none of ${SIGNATURE_ALGORITHMS.join(', ')}, the ones that AWS accepts: name the one that signs`,
    );
  }
  return remarks;
}

/** One report says that IAM took such a document, and nobody else has tried. */
export const NULL_LIST = 'IAM has been seen to take that, and demands a list of strings: write one';

/**
 * Which of the lists that AWS demands are not there as such.
 * @returns `empty`: those that are `null`
 */
export function checkDemandedLists(
  document: JsonRecord,
): Readonly<Record<'lacking' | 'empty', readonly string[]>> {
  const faulty = DEMANDED_LISTS.filter((name) => !isListOfStrings(readMember(document, name)));
  return {
    lacking: faulty.filter((name) => readMember(document, name) !== null),
    empty: faulty.filter((name) => readMember(document, name) === null),
  };
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}
