import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { describeError, ExplainedError, readErrorCode } from '../base/errors.ts';
import { untilAborted } from '../base/patience.ts';
import type { ApiAccess } from './access.ts';
import { type ApiTimeouts, openExchange, readBody } from './exchange.ts';
import { type Sending, toRequestOptions } from './request.ts';
import { isPlainHttp } from './server-url.ts';

export interface KubeApi {
  /**
   * @param path absolute, with its query
   * @throws Error where the server cannot be reached or trusted, answers with a redirect, or with more than
   *   `maxBytes` (32 MiB unless told); the signal's reason where that aborts
   */
  get(path: string, options?: GetOptions): Promise<ApiAnswer>;
  /**
   * Sends an object as JSON, and once only: a connection that breaks under it is the caller's to judge. An idle
   * connection may have been closed by the server meanwhile, so each of these has one of its own.
   * @throws Error as `get`
   */
  send(method: Sending['method'], path: string, body: object, options?: SendOptions): Promise<ApiAnswer>;
  /** A streamed GET; resolves when the headers are there, whatever the status: the caller decides. */
  stream(path: string, options: StreamOptions): Promise<ApiStream>;
  /** Ends all connections, those in use too. */
  close(): void;
}

export interface GetOptions {
  readonly accept?: string;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}

export interface SendOptions extends GetOptions {
  /** `application/json` unless told; a patch has its own. */
  readonly contentType?: string;
}

export interface StreamOptions {
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number | undefined;
  /** When it was answered, by the server's clock, to the second; ms since epoch. */
  readonly date?: number | undefined;
}

export interface ApiStream {
  readonly status: number;
  readonly body: AsyncIterable<Buffer> & { destroy(): void };
  readonly retryAfterMs?: number | undefined;
}

const DEFAULT_TIMEOUTS: ApiTimeouts = { connectMs: 10_000, answerMs: 30_000, bodyMs: 60_000 };
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** Requests over HTTP/1.1; GETs share one pool of kept connections. */
export function createKubeApi(access: ApiAccess, timeouts: ApiTimeouts = DEFAULT_TIMEOUTS): KubeApi {
  const agents = createAgents(access.server);

  async function open(path: string, { accept = 'application/json', signal }: GetOptions, sent?: Sent) {
    // An exec plugin may hang; whoever waits for it may still stop.
    const options = await untilAborted(toRequestOptions(access, path, accept, sent?.sending), signal);
    const way = {
      ...options,
      agent: sent === undefined ? agents.kept : agents.single,
      ...(signal && { signal }),
    } as const;
    const response = await openExchange(way, timeouts, sent?.body);
    const status = response.statusCode ?? 0;
    if (status === 401) access.refused?.();
    if (status >= 300 && status < 400) refuseRedirect(response);
    return { status, response, retryAfterMs: readRetryAfter(response), date: readDate(response) };
  }

  function ask(path: string, options: GetOptions, sent?: Sent): Promise<ApiAnswer> {
    return explainFailure(access, options.signal, async () => {
      const { response, ...head } = await open(path, options, sent);
      const { maxBytes = DEFAULT_MAX_BYTES } = options;
      return { ...head, body: await readBody(response, maxBytes, timeouts.bodyMs) };
    });
  }

  return {
    get: (path, options = {}) => ask(path, options),
    send(method, path, object, { contentType = 'application/json', ...options } = {}) {
      const body = JSON.stringify(object);
      return ask(path, options, {
        body,
        sending: { method, contentType, length: Buffer.byteLength(body) },
      });
    },
    stream(path, options) {
      return explainFailure(access, options.signal, async () => {
        const { status, response, retryAfterMs } = await open(path, options);
        return { status, body: response, retryAfterMs };
      });
    },
    close() {
      agents.kept.destroy();
      agents.single.destroy();
    },
  };
}

interface Sent {
  readonly sending: Sending;
  readonly body: string;
}

/** One for connections that are kept, and one for connections that serve a single request. */
function createAgents(server: string): Readonly<Record<'kept' | 'single', HttpAgent>> {
  // The API server drops idle connections after 90 s; ours go first, so that none is used as it goes.
  const kept = { keepAlive: true, timeout: 60_000, maxFreeSockets: 4 };
  if (isPlainHttp(server)) return { kept: new HttpAgent(kept), single: new HttpAgent() };
  // A resumed session would carry the identity of an earlier client certificate.
  const tls = { maxCachedSessions: 0 };
  return { kept: new HttpsAgent({ ...kept, ...tls }), single: new HttpsAgent(tls) };
}

function refuseRedirect(response: IncomingMessage): never {
  response.destroy();
  const target = response.headers.location ?? '';
  // The origin is enough to see which proxy it was; the rest may carry a session.
  const to = URL.canParse(target) ? ` to ${new URL(target).origin}` : '';
  throw new ExplainedError(
    `answered with a redirect (${response.statusCode})${to}; redirects are not followed`,
  );
}

/** The API server sends seconds; the date form is left to those who use it. */
function readRetryAfter(response: IncomingMessage): number | undefined {
  const value = response.headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}

/** RFC 9110 section 5.6.7, in the form that everybody sends; an older one tells nothing. */
function readDate({ headers: { date = '' } }: IncomingMessage): number | undefined {
  return /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(date)
    ? Date.parse(date) || undefined
    : undefined;
}

/** Codes of Node and OpenSSL for a certificate that is not trusted, or another's. */
const UNTRUSTED = /CERT|SELF_SIGNED|VERIFY/;

async function explainFailure<T>(
  { server, refused }: Pick<ApiAccess, 'server' | 'refused'>,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (UNTRUSTED.test(readErrorCode(error) ?? '')) refused?.();
    throw new ExplainedError(`${server}: ${describeError(error)}`, { cause: error });
  }
}
