import { type Discovery, MAX_DISCOVERY_BYTES, readDiscovery, toDiscoveryUrl } from './discovery.ts';
import type { FetchDocument, FetchOptions } from './fetch-document.ts';
import type { FetchedDocument } from './fetched-document.ts';
import { MAX_KEY_SET_BYTES } from './key-set.ts';
import { type KeySource, KeySourceError, toTrouble } from './key-source.ts';

export interface NetworkSourceOptions {
  /** As the tokens' `iss` has it; one that `checkIssuerUrl` finds fit. */
  readonly issuer: string;
  /** Where the keys are, if that is not to be asked of the issuer. The operator's word: any host. */
  readonly jwksUri?: string;
  /** Hosts besides the issuer's that its discovery document may send us to. */
  readonly allowedHosts?: readonly string[];
  readonly fetch: FetchDocument;
  /**
   * For keys at any other origin, which AWS reads there: one for places that nobody here has named (`createPublicFetch`).
   * Absent: a discovery document that leads there is refused.
   */
  readonly fetchElsewhere?: FetchDocument;
}

/** The documents as the public sees them: discovery, then the keys. A token has no say in where they are read. */
export function createNetworkSource(options: NetworkSourceOptions): KeySource {
  const readDiscoveryText = createConditionalRead(options.fetch);
  const readKeys = createConditionalRead(options.fetch);
  const readElsewhere = createConditionalRead(options.fetchElsewhere ?? options.fetch);

  async function discover(signal: AbortSignal | undefined) {
    const limits = { maxBytes: MAX_DISCOVERY_BYTES, ...(signal && { signal }) };
    const document = await readDiscoveryText(toDiscoveryUrl(options.issuer), limits);
    return {
      discovery: toDiscovery(document.body, options),
      notes: noteMediaType('the discovery document', document, ['application/json']),
    };
  }

  return {
    async readDocuments(signal) {
      const found = options.jwksUri === undefined ? await discover(signal) : undefined;
      const jwksUri = options.jwksUri ?? found?.discovery.jwksUri ?? '';
      const read = found?.discovery.elsewhere === true ? readElsewhere : readKeys;
      const document = await read(jwksUri, { maxBytes: MAX_KEY_SET_BYTES, ...(signal && { signal }) });
      const mediaTypes = ['application/jwk-set+json', 'application/json'];
      return {
        jwks: document.body,
        notes: [
          ...(found?.discovery.remarks ?? []),
          ...(found?.discovery.elsewhere === true ? [noteOrigin(jwksUri)] : []),
          ...(found?.notes ?? []),
          ...noteMediaType('the key set', document, mediaTypes),
        ],
        ...(found && { discovery: found.discovery }),
        ...(document.maxAgeMs !== undefined && { maxAgeMs: document.maxAgeMs }),
      };
    },
  };
}

function noteOrigin(jwksUri: string): string {
  return `the keys are at ${new URL(jwksUri).origin}, another origin than the issuer's: followed there, as AWS does`;
}

function toDiscovery(text: string, options: NetworkSourceOptions): Discovery {
  const { issuer, allowedHosts, fetchElsewhere } = options;
  const reading = readDiscovery(text, issuer, {
    ...(allowedHosts && { allowedHosts }),
    otherOrigins: fetchElsewhere !== undefined,
  });
  const problem = reading.kind === 'refused' ? reading.problem : reading.lacking.join('; ');
  if (reading.kind === 'discovery' && problem === '') return reading;
  const trouble = reading.kind === 'refused' && reading.ours === true ? 'local' : 'published';
  const message = `the discovery document ${toDiscoveryUrl(issuer)}: ${problem}`;
  throw new KeySourceError('discovery', message, { trouble });
}

/** Object stores serve what they were told, often octets; the bytes are the same. */
function noteMediaType(
  what: string,
  { contentType }: FetchedDocument,
  expected: readonly string[],
): string[] {
  if (expected.includes(contentType)) return [];
  const seen = /^[\w.+/-]{1,64}$/.test(contentType) ? `as ${contentType}` : 'without a known media type';
  return [`${what} is served ${seen}: ${expected[0]} is right`];
}

/** Reads a document; one that has not changed since (RFC 9110 section 13.1.2) is not sent again. */
type ConditionalRead = (url: string, options: Omit<FetchOptions, 'etag'>) => Promise<FetchedDocument>;

/**
 * Remembers the last answer that came with an ETag, and the URL it is of.
 * The promise is rejected with a KeySourceError where the answer is anything but the document.
 */
function createConditionalRead(fetch: FetchDocument): ConditionalRead {
  let last: { readonly url: string; readonly document: FetchedDocument } | undefined;
  return async (url, options) => {
    const known = last?.url === url ? last.document : undefined;
    const answer = await fetch(url, { ...options, etag: known?.etag });
    if (answer.status === 304 && known !== undefined) {
      const { maxAgeMs = known.maxAgeMs } = answer;
      return { ...known, ...(maxAgeMs !== undefined && { maxAgeMs }) };
    }
    if (answer.status !== 200) {
      const trouble = toTrouble(answer.status);
      throw new KeySourceError('status', describeStatus(url, answer.status), { trouble });
    }
    if (/^\s*</.test(answer.body)) throw new KeySourceError('encoding', describePage(url));
    last = answer.etag === undefined ? undefined : { url, document: answer };
    return answer;
  };
}

/** A sign-in, an error page, the web site of the same host: all with status 200. */
function describePage(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname} answers with a page (HTML or XML) and not with JSON: serve the document there, to everybody`;
}

function describeStatus(url: string, status: number): string {
  const { origin, pathname } = new URL(url);
  const seen = `${origin}${pathname} answered ${status}`;
  if (status === 401 || status === 403) {
    return `${seen}: it has to be open to everybody, since AWS reads it without a credential`;
  }
  if (status === 404) return `${seen}: nothing is published there, or the issuer's path is another`;
  return seen;
}
