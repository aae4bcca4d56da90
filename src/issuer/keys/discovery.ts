import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { quoteIssuer } from '../../base/names/issuer-url.ts';
import { isLoopbackHost } from '../../base/names/loopback-host.ts';
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
  /** Whether the keys are where a stranger says: at another origin, which is neither allowed nor this machine's own. */
  readonly elsewhere: boolean;
  /** All of it, as it is. */
  readonly document: JsonRecord;
  /** What AWS demands and the document does not have, one sentence each: STS takes no keys from it then. */
  readonly lacking: readonly string[];
  /** What may be wrong with it, one sentence each; nothing says that AWS refuses it. */
  readonly remarks: readonly string[];
}

export type DiscoveryReading = Discovery | RefusedDiscovery;

interface RefusedDiscovery {
  readonly kind: 'refused';
  readonly problem: string;
  /** Whether AWS may take it all the same: the rule is ours alone. */
  readonly ours?: true;
}

export interface DiscoveryRules {
  /** Hosts (with port, where it is not the scheme's own) besides the issuer's that `jwks_uri` may name. */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether `jwks_uri` may lead to any other origin, as AWS lets it: whoever says so reads it by `createPublicFetch`. An
   * issuer on this machine leads to this machine all the same.
   */
  readonly otherOrigins?: boolean;
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
  const parsed = parseDocument(text);
  if (parsed.kind === 'refused') return parsed;
  const { document } = parsed;
  const found = readMember(document, 'issuer');
  if (found !== issuer) return refuse(describeOtherIssuer(found, issuer));
  const jwksUri = readMember(document, 'jwks_uri');
  const place = rules.jwksUriUnused === true ? OWN : placeKeys(jwksUri, issuer, rules);
  if (place.kind === 'refused') return place;
  return {
    kind: 'discovery',
    issuer,
    jwksUri: typeof jwksUri === 'string' ? jwksUri : '',
    elsewhere: place.elsewhere,
    document,
    lacking: describeLacking(document),
    remarks: remarkOn(document),
  };
}

/** The issuer that a discovery document names, for who does not know it yet; undefined where there is none. */
export function readIssuer(text: string): string | undefined {
  const parsed = parseDocument(text);
  const issuer = parsed.kind === 'refused' ? undefined : readMember(parsed.document, 'issuer');
  return typeof issuer === 'string' ? issuer : undefined;
}

function refuse(problem: string): RefusedDiscovery {
  return { kind: 'refused', problem };
}

type ParsedDiscovery = { readonly kind: 'document'; readonly document: JsonRecord } | RefusedDiscovery;

function parseDocument(text: string): ParsedDiscovery {
  if (Buffer.byteLength(text) > MAX_DISCOVERY_BYTES)
    return { ...refuse('it is larger than 64 KiB'), ours: true };
  const reading = readJson(text);
  if (reading.kind === 'malformed') return refuse(reading.problem);
  const [duplicate] = reading.duplicates;
  if (duplicate !== undefined)
    return { ...refuse(`the member ${quoteShort(duplicate)} is there twice`), ours: true };
  return isRecord(reading.value)
    ? { kind: 'document', document: reading.value }
    : refuse('it is no JSON object');
}

function describeOtherIssuer(found: unknown, issuer: string): string {
  if (typeof found !== 'string') return 'its issuer is missing or no string';
  const hint =
    found.replace(/\/$/, '').toLowerCase() === issuer.replace(/\/$/, '').toLowerCase()
      ? ' (letter case and a slash at the end count)'
      : '';
  return `its issuer is ${quoteIssuer(found)} and not ${quoteIssuer(issuer)}${hint}: configure the one that the tokens carry`;
}

type KeyPlace = { readonly kind: 'place'; readonly elsewhere: boolean } | RefusedDiscovery;

const OWN: KeyPlace = { kind: 'place', elsewhere: false };

function placeKeys(value: unknown, issuer: string, { allowedHosts, otherOrigins }: DiscoveryRules): KeyPlace {
  if (typeof value !== 'string') return refuse('its jwks_uri is missing or no string');
  const parsed = parseDocumentUrl(value);
  if (parsed.kind === 'refused') return refuse(`its jwks_uri ${parsed.problem}`);
  const { origin, host, hostname } = parsed.url;
  const from = new URL(issuer);
  if (origin === from.origin || allowedHosts?.includes(host)) return OWN;
  const [fromHere, toHere] = [isLoopbackHost(from.hostname), isLoopbackHost(hostname)];
  if (toHere && !fromHere) {
    return refuse(
      `its jwks_uri is at ${origin}, which is whatever machine reads it: serve the keys on a public host`,
    );
  }
  if (otherOrigins !== true) {
    const remedy = `if the keys belong there, allow it with --allow-jwks-host ${host}`;
    return { ...refuse(`its jwks_uri is at ${origin} and not at the issuer's: ${remedy}`), ours: true };
  }
  if (!fromHere) return { kind: 'place', elsewhere: true };
  // A trial on this machine has its servers at several ports.
  if (toHere) return OWN;
  const problem = `its jwks_uri is at ${origin}: an issuer on this machine leads nowhere else, serve the keys beside it`;
  return { ...refuse(problem), ours: true };
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
const NULL_LIST = 'IAM has been seen to take that, and demands a list of strings: write one';

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
