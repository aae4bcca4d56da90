import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** Answers requests for one path by itself, without Fastify in between: for the path that every pod waits for. */
export type DirectHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a server does with a request, by its path. */
export interface Routing {
  /** Path without query → handler. */
  readonly direct: ReadonlyMap<string, DirectHandler>;
  /** Answers for all other paths; absent: the routes of the Fastify instance do. */
  readonly otherwise?: DirectHandler | undefined;
}

/** Times in ms. */
export interface Limits {
  readonly handshake: number;
  readonly headers: number;
  readonly request: number;
  readonly keepAlive: number;
  readonly check: number;
}

/**
 * kube-apiserver keeps idle connections for 90 s and does not repeat an admission call that meets a closed one, so ours
 * stay open longer. Callers that send slowly are cut off.
 */
export const LIMITS: Limits = {
  handshake: 5_000,
  headers: 10_000,
  request: 15_000,
  keepAlive: 120_000,
  check: 1_000,
};

export function toServerTimes(limits: Limits): ServerOptions {
  return {
    connectionsCheckingInterval: limits.check,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    noDelay: true,
  };
}

export function applyBounds(server: Server | TlsServer): void {
  server.maxHeadersCount = 64;
  server.maxConnections = 4_000;
}

export function routeDirect(
  { direct, otherwise }: Routing,
  fastifyHandler: RequestListener,
): RequestListener {
  const fallback = otherwise ?? fastifyHandler;
  return (request, response) => {
    const url = request.url ?? '';
    const handler = direct.get(withoutQuery(url)) ?? findAbsolute(direct, url);
    if (handler === undefined) fallback(request, response);
    else handler(request, response);
  };
}

function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** A server must take the form that is meant for proxies, too: `GET https://host/path` (RFC 9112 section 3.2.2). */
function findAbsolute(direct: ReadonlyMap<string, DirectHandler>, url: string): DirectHandler | undefined {
  const path = url.startsWith('/') ? undefined : /^https?:\/\/[^/?#]+(\/[^?]*)/i.exec(url)?.[1];
  return path === undefined ? undefined : direct.get(path);
}
