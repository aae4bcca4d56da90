import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ApiAccess } from './access.ts';
import { describeError } from './errors.ts';
import { type ApiTimeouts, openExchange, readBody } from './exchange.ts';
import { toRequestOptions } from './request.ts';
import { isPlainHttp } from './server-url.ts';

export interface KubeApi {
  /**
   * @param path absolute, with its query
   * @throws Error where the server cannot be reached or trusted, answers with a redirect, or with more than
   *   `maxBytes` (32 MiB unless told); the signal's reason where that aborts
   */
  get(path: string, options?: GetOptions): Promise<ApiAnswer>;
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

export interface StreamOptions {
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number | undefined;
}

export interface ApiStream {
  readonly status: number;
  readonly body: AsyncIterable<Buffer> & { destroy(): void };
  readonly retryAfterMs?: number | undefined;
}

const DEFAULT_TIMEOUTS: ApiTimeouts = { connectMs: 10_000, answerMs: 30_000, bodyMs: 60_000 };
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** GETs over HTTP/1.1 with one pool of kept connections. */
export function createKubeApi(access: ApiAccess, timeouts: ApiTimeouts = DEFAULT_TIMEOUTS): KubeApi {
  const agent = createAgent(access.server);

  async function open(path: string, accept: string | undefined, signal: AbortSignal | undefined) {
    const options = await untilAborted(toRequestOptions(access, path, accept ?? 'application/json'), signal);
    const response = await openExchange({ ...options, agent, ...(signal && { signal }) }, timeouts);
    const status = response.statusCode ?? 0;
    if (status === 401) access.refused?.();
    if (status >= 300 && status < 400) refuseRedirect(response);
    return { status, response, retryAfterMs: readRetryAfter(response) };
  }

  return {
    get(path, { accept, signal, maxBytes = DEFAULT_MAX_BYTES } = {}) {
      return explainFailure(access.server, signal, async () => {
        const { status, response, retryAfterMs } = await open(path, accept, signal);
        return { status, body: await readBody(response, maxBytes, timeouts.bodyMs), retryAfterMs };
      });
    },
    stream(path, { accept, signal }) {
      return explainFailure(access.server, signal, async () => {
        const { status, response, retryAfterMs } = await open(path, accept, signal);
        return { status, body: response, retryAfterMs };
      });
    },
    close: () => agent.destroy(),
  };
}

function createAgent(server: string): HttpAgent {
  // The API server drops idle connections after 90 s; ours go first, so that none is used as it goes.
  const shared = { keepAlive: true, timeout: 60_000, maxFreeSockets: 4 };
  // A resumed session would carry the identity of an earlier client certificate.
  return isPlainHttp(server) ? new HttpAgent(shared) : new HttpsAgent({ ...shared, maxCachedSessions: 0 });
}

function refuseRedirect(response: IncomingMessage): never {
  response.destroy();
  const target = response.headers.location ?? '';
  // The origin is enough to see which proxy it was; the rest may carry a session.
  const to = URL.canParse(target) ? ` to ${new URL(target).origin}` : '';
  throw new Error(`answered with a redirect (${response.statusCode})${to}; redirects are not followed`);
}

/** The API server sends seconds; the date form is left to those who use it. */
function readRetryAfter(response: IncomingMessage): number | undefined {
  const value = response.headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}

/** An exec plugin may hang; whoever waits for it may still stop. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function explainFailure<T>(
  server: string,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Error(`${server}: ${describeError(error)}`, { cause: error });
  }
}
