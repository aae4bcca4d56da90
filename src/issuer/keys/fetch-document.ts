import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { describeError, readErrorCode } from '../../base/errors.ts';
import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { untilAborted } from '../../base/patience.ts';
import { type FetchedDocument, readAnswer } from './fetched-document.ts';
import { type Resolve, resolveChecked } from './host-addresses.ts';
import { type KeyFailure, KeySourceError } from './key-source.ts';

export interface FetchOptions {
  /** Of the answer that is at hand: one that has not changed comes as 304, without body. */
  readonly etag?: string | undefined;
  /** bytes; the fetcher's own limit if that is lower */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads one small document. Follows no redirect, repeats nothing.
 * @throws KeySourceError
 */
export type FetchDocument = (url: string, options?: FetchOptions) => Promise<FetchedDocument>;

export interface DocumentFetchOptions {
  /** PEM: trusted instead of the public roots, read again for each request. */
  readonly ca?: () => string | undefined;
  /** As `ResolveRules` has it. */
  readonly privateHosts?: readonly string[];
  /** As `ResolveRules` has it; without one, that AWS cannot read it either. */
  readonly privateRemedy?: (hostname: string) => string;
  readonly resolve?: Resolve;
  /** ms, for the whole of it: resolving, connecting, answer and body. STS gives up after about as much. */
  readonly timeoutMs?: number;
  /** bytes */
  readonly maxBytes?: number;
  /**
   * Further headers of one request, such as the bearer token of this process, which is renewed on disk. Asked for after
   * the address was found fit.
   */
  readonly headers?: (url: URL) => Promise<Readonly<Record<string, string>>>;
}

type Settings = Required<Omit<DocumentFetchOptions, 'ca'>> & Pick<DocumentFetchOptions, 'ca'>;

const DEFAULTS = {
  privateHosts: [],
  privateRemedy: () => 'AWS cannot reach it: serve the document on a public host',
  resolve: (hostname: string) => lookup(hostname, { all: true }),
  timeoutMs: 5_000,
  maxBytes: 1024 * 1024,
  headers: async () => ({}),
};

/**
 * A fetch for documents that decide trust, on `node:https` itself: addresses are checked before the connection and the
 * connection is bound to them, so that a second look-up cannot lead elsewhere (DNS rebinding).
 */
export function createDocumentFetch(options: DocumentFetchOptions = {}): FetchDocument {
  const settings: Settings = { ...DEFAULTS, ...options };
  return async (text, fetchOptions = {}) => {
    const parsed = parseDocumentUrl(text);
    if (parsed.kind === 'refused') throw new KeySourceError('url', `the URL ${parsed.problem}`);
    const timeout = AbortSignal.timeout(settings.timeoutMs);
    const { signal } = fetchOptions;
    const limit = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    try {
      // A resolver takes no signal, and must not hold up who waits.
      return await untilAborted(fetchOnce(parsed.url, settings, { ...fetchOptions, signal: limit }), limit);
    } catch (error) {
      if (timeout.aborted) {
        throw new KeySourceError(
          'timeout',
          `${parsed.url.origin}: no whole answer within ${settings.timeoutMs / 1000} s`,
        );
      }
      throw explain(parsed.url, error);
    }
  };
}

async function fetchOnce(url: URL, settings: Settings, options: FetchOptions): Promise<FetchedDocument> {
  const addresses = await resolveChecked(url.hostname, settings);
  const ca = settings.ca?.();
  const response = await request({
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: {
      ...(await settings.headers(url)),
      accept: 'application/jwk-set+json, application/json',
      'accept-encoding': 'identity',
      'user-agent': 'iam-bridge',
      ...(options.etag !== undefined && { 'if-none-match': options.etag }),
    },
    lookup: (_hostname, { all }, done) => {
      const [first] = addresses;
      if (all === true) done(null, [...addresses]);
      else done(null, first?.address ?? '', first?.family);
    },
    // One connection per request, so that each is bound to addresses just checked; and no proxy of the environment's.
    agent: url.protocol === 'https:' ? new https.Agent({ maxCachedSessions: 0 }) : new http.Agent(),
    ...(ca !== undefined && { ca }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  try {
    return await readAnswer(response, Math.min(settings.maxBytes, options.maxBytes ?? settings.maxBytes));
  } finally {
    response.destroy();
  }
}

function request(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = options.protocol === 'https:' ? https.request(options) : http.request(options);
    sent.once('response', resolve);
    // Stays on: a request that is aborted after its answer emits once more.
    sent.on('error', reject);
    sent.end();
  });
}

function explain(url: URL, error: unknown): KeySourceError {
  const failure = error instanceof KeySourceError ? error.failure : classify(error);
  const trouble = error instanceof KeySourceError ? error.trouble : undefined;
  return new KeySourceError(failure, `${url.origin}: ${describeError(error)}`, { trouble, cause: error });
}

/** OpenSSL's codes for a certificate that is not trusted are Node's names for them, and there are many. */
function classify(error: unknown): KeyFailure {
  const code = readErrorCode(error) ?? '';
  return /CERT|TLS|SSL|SIGNATURE|CRL|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH/.test(code)
    ? 'tls'
    : 'unreachable';
}
