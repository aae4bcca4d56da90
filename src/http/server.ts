import { constants } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import {
  createServer as createSecureServer,
  type ServerOptions as SecureServerOptions,
  type Server as TlsServer,
} from 'node:https';
import Fastify, { type FastifyInstance } from 'fastify';
import type { CertificateSource } from './certificate.ts';
import { createDrain, type Drain } from './drain.ts';
import { type Routing, routeDirect } from './routing.ts';

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

export interface HttpServer {
  /** For routes other than the direct ones. */
  readonly app: FastifyInstance;
  readonly drain: Drain;
}

export interface PlainServerOptions extends Routing {
  /** ms; absent: {@link LIMITS} */
  readonly limits?: Partial<Limits>;
}

export interface TlsServerOptions extends PlainServerOptions {
  readonly certificate: CertificateSource;
  readonly tls: TlsSettings;
  /**
   * Who signs the certificates of callers. Where it is there, callers are asked for one, and nobody is turned away for
   * having none: the handler asks `socket.authorized`, so that other paths stay open to all.
   */
  readonly clientAuthorities?: ClientAuthorities | undefined;
}

export interface ClientAuthorities {
  /** PEM */
  current(): string;
  onChange(listener: (pem: string) => void): void;
}

export interface TlsSettings {
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL names for TLS 1.2 and below; empty: Node's default list. */
  readonly ciphers: readonly string[];
}

/** An HTTPS server, HTTP/1.1 only, whose certificate can change under it. */
export function createTlsServer(options: TlsServerOptions): HttpServer {
  const { certificate, clientAuthorities } = options;
  let server: TlsServer | undefined;
  const made = createBoundServer(options, (bounds, listener) => {
    server = createSecureServer({ ...toContext(options), ...toAsking(options), ...bounds }, listener);
    return server;
  });
  const renew = (): void => server?.setSecureContext(toContext(options));
  certificate.onChange(renew);
  clientAuthorities?.onChange(() => {
    renew();
    // Their callers were judged by the authorities before.
    server?.closeIdleConnections();
  });
  return made;
}

/** The TLS server without TLS, for behind a proxy that has it: the same bounds, the same drain. */
export function createPlainServer(options: PlainServerOptions): HttpServer {
  return createBoundServer(options, createServer);
}

function createBoundServer(
  options: PlainServerOptions,
  make: (bounds: ServerOptions, listener: RequestListener) => Server | TlsServer,
): HttpServer {
  const { headers, request, keepAlive, check } = { ...LIMITS, ...options.limits };
  let server: Server | TlsServer | undefined;
  const drain = createDrain(() => server);
  const bounds = {
    connectionsCheckingInterval: check,
    headersTimeout: headers,
    requestTimeout: request,
    keepAliveTimeout: keepAlive,
    noDelay: true,
    ServerResponse: drain.ServerResponse,
  };
  const app = Fastify({
    logger: false,
    serverFactory(fastifyHandler) {
      server = make(bounds, routeDirect(options, fastifyHandler));
      server.maxHeadersCount = 64;
      server.maxConnections = 4_000;
      return server;
    },
  });
  return { app, drain };
}

function toAsking({ limits, clientAuthorities }: TlsServerOptions): SecureServerOptions {
  return {
    handshakeTimeout: limits?.handshake ?? LIMITS.handshake,
    ...(clientAuthorities && { requestCert: true, rejectUnauthorized: false }),
  };
}

function toContext({ certificate, tls, clientAuthorities }: TlsServerOptions): SecureServerOptions {
  const { cert, key } = certificate.current();
  return {
    ...toTlsOptions(tls),
    cert,
    key,
    // A resumed session would carry the verdict on an earlier certificate, also one of an authority that is gone.
    ...(clientAuthorities && { ca: clientAuthorities.current(), secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function toTlsOptions({ minVersion, ciphers }: TlsSettings): SecureServerOptions {
  // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered.
  const old = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  const list = ciphers.length > 0 ? ciphers.join(':') : old ? 'DEFAULT' : undefined;
  return { minVersion, ...(list === undefined ? {} : { ciphers: old ? `${list}:@SECLEVEL=0` : list }) };
}
