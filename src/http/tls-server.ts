import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import Fastify, { type FastifyInstance } from 'fastify';
import type { CertificateSource } from './certificate.ts';
import { createDrain, type Drain } from './drain.ts';

/** Answers requests for one path by itself, without Fastify in between: for the path that every pod waits for. */
export type DirectHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TlsServerOptions {
  readonly certificate: CertificateSource;
  readonly tls: TlsSettings;
  /** Path without query → handler. All other paths go to the routes of the Fastify instance. */
  readonly direct: ReadonlyMap<string, DirectHandler>;
  /** ms; absent: {@link LIMITS} */
  readonly limits?: Partial<Limits>;
}

export interface TlsSettings {
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL names for TLS 1.2 and below; empty: Node's default list. */
  readonly ciphers: readonly string[];
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

export interface TlsServer {
  /** For routes other than the direct ones. */
  readonly app: FastifyInstance;
  readonly drain: Drain;
}

/** An HTTPS server, HTTP/1.1 only, whose certificate can change under it. */
export function createTlsServer(options: TlsServerOptions): TlsServer {
  const limits = { ...LIMITS, ...options.limits };
  const { certificate, tls } = options;
  let server: Server | undefined;
  const drain = createDrain(() => server);
  const app = Fastify({
    logger: false,
    serverFactory(fastifyHandler) {
      server = createServer(
        { ...toServerOptions(certificate, tls, limits), ServerResponse: drain.ServerResponse },
        routeDirect(options.direct, fastifyHandler),
      );
      applyBounds(server);
      return server;
    },
  });
  certificate.onChange(({ cert, key }) => server?.setSecureContext({ ...toTlsOptions(tls), cert, key }));
  return { app, drain };
}

function routeDirect(direct: ReadonlyMap<string, DirectHandler>, fallback: RequestListener): RequestListener {
  return (request, response) => {
    const url = request.url ?? '';
    const query = url.indexOf('?');
    const handler = direct.get(query === -1 ? url : url.slice(0, query));
    if (handler === undefined) fallback(request, response);
    else handler(request, response);
  };
}

function toServerOptions(certificate: CertificateSource, tls: TlsSettings, limits: Limits): ServerOptions {
  const { cert, key } = certificate.current();
  return {
    ...toTlsOptions(tls),
    cert,
    key,
    handshakeTimeout: limits.handshake,
    connectionsCheckingInterval: limits.check,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    noDelay: true,
  };
}

function toTlsOptions({ minVersion, ciphers }: TlsSettings): ServerOptions {
  // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered.
  const old = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  const list = ciphers.length > 0 ? ciphers.join(':') : old ? 'DEFAULT' : undefined;
  return { minVersion, ...(list === undefined ? {} : { ciphers: old ? `${list}:@SECLEVEL=0` : list }) };
}

function applyBounds(server: Server): void {
  server.maxHeadersCount = 64;
  server.maxConnections = 4_000;
}
