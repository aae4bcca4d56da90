import { constants } from 'node:crypto';
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  setMaxIdleHTTPParsers,
} from 'node:http';
import {
  createServer as createSecureServer,
  type ServerOptions as SecureServerOptions,
  type Server as TlsServer,
} from 'node:https';
import Fastify, { type FastifyInstance } from 'fastify';
import type { CertificateSource } from './certificate.ts';
import type { ClientTrust } from './client-trust.ts';
import { createConnectionGuard } from './connection-guard.ts';
import { createDrain, type Drain } from './drain.ts';
import { queueHandshakes } from './handshake-queue.ts';
import { createResponseClass, leavesMuchUnread } from './response.ts';
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

/**
 * How much longer than its own time a request may take by Node's clock, which cannot be stopped while a body waits for
 * room. Who is slow before that is cut off by the bodies' own clock.
 */
const MOST_WAITED = 30_000;

/** How many parsers Node keeps for connections to come: each is 10 KB, and strangers leave behind as many as they were. */
const IDLE_PARSERS = 64;

/** Where nobody says how many connections there may be. */
const CONNECTIONS = 1_000;

export interface HttpServer {
  /** For routes other than the direct ones. */
  readonly app: FastifyInstance;
  readonly drain: Drain;
  /** How many connections are open, those in the middle of a TLS handshake among them. */
  connections(): number;
}

export interface PlainServerOptions extends Routing {
  /** ms; absent: {@link LIMITS} */
  readonly limits?: Partial<Limits>;
  readonly connections?: ConnectionLimit | undefined;
}

export interface ConnectionLimit {
  readonly limit: number;
  /** @param address that lost a connection to a newcomer */
  readonly evicted?: (address: string) => void;
}

export interface TlsServerOptions extends PlainServerOptions {
  readonly certificate: CertificateSource;
  readonly tls: TlsSettings;
  /**
   * Whose certificates are accepted. Where it is there, callers are asked for one, and nobody is turned away for having
   * none: the handler asks it for their standing, so that other paths stay open to all.
   */
  readonly clientTrust?: ClientTrust | undefined;
}

export interface TlsSettings {
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL names for TLS 1.2 and below; empty: Node's default list. */
  readonly ciphers: readonly string[];
}

/** An HTTPS server, HTTP/1.1 only, whose certificate can change under it. */
export function createTlsServer(options: TlsServerOptions): HttpServer {
  const { certificate, clientTrust } = options;
  let server: TlsServer | undefined;
  const made = createBoundServer(options, clientTrust, (bounds, listener) => {
    server = createSecureServer({ ...toContext(options), ...toAsking(options), ...bounds }, listener);
    queueHandshakes(server);
    return server;
  });
  const renew = (): void => server?.setSecureContext(toContext(options));
  certificate.onChange(renew);
  clientTrust?.authorities.onChange(() => {
    renew();
    // Their callers were judged by the authorities before; those that are busy follow with their next answer.
    server?.closeIdleConnections();
  });
  return made;
}

/** The TLS server without TLS, for behind a proxy that has it: the same bounds, the same drain. */
export function createPlainServer(options: PlainServerOptions): HttpServer {
  return createBoundServer(options, undefined, createServer);
}

function createBoundServer(
  options: PlainServerOptions,
  trust: ClientTrust | undefined,
  make: (bounds: ServerOptions, listener: RequestListener) => Server | TlsServer,
): HttpServer {
  const { limit = CONNECTIONS, evicted = () => {} } = options.connections ?? {};
  const guard = createConnectionGuard({ limit, evicted, trust });
  let server: Server | TlsServer | undefined;
  setMaxIdleHTTPParsers(IDLE_PARSERS);
  const drain = createDrain(() => server);
  const bounds = {
    ...toBounds({ ...LIMITS, ...options.limits }),
    ServerResponse: createResponseClass({
      mayStay(request) {
        guard.answered(request.socket);
        return !drain.draining() && !leavesMuchUnread(request) && !guard.isOutdated(request.socket);
      },
      left: guard.left,
    }),
  };
  const app = Fastify({
    logger: false,
    serverFactory(fastifyHandler) {
      const route = routeDirect(options, fastifyHandler);
      server = make(bounds, (request, response) => {
        if (guard.enter(request)) route(request, response);
      });
      server.maxHeadersCount = 64;
      guard.watch(server);
      return server;
    },
  });
  // Nothing that comes this way has a body that anybody reads.
  app.removeAllContentTypeParsers();
  return { app, drain, connections: guard.count };
}

function toBounds({ headers, request, keepAlive, check }: Limits): ServerOptions {
  return {
    connectionsCheckingInterval: check,
    headersTimeout: headers,
    requestTimeout: request + MOST_WAITED,
    keepAliveTimeout: keepAlive,
    noDelay: true,
  };
}

function toAsking({ limits, clientTrust }: TlsServerOptions): SecureServerOptions {
  return {
    handshakeTimeout: limits?.handshake ?? LIMITS.handshake,
    ...(clientTrust && { requestCert: true, rejectUnauthorized: false }),
  };
}

function toContext({ certificate, tls, clientTrust }: TlsServerOptions): SecureServerOptions {
  return {
    ...toTlsOptions(tls),
    ...toPair(certificate),
    // A resumed session would carry the verdict on an earlier certificate, also one of an authority that is gone.
    ...(clientTrust && { ca: clientTrust.authorities.current(), secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function toPair(certificate: CertificateSource): Pick<SecureServerOptions, 'cert' | 'key'> {
  const pair = certificate.current();
  return pair === undefined ? {} : { cert: pair.cert, key: pair.key };
}

function toTlsOptions({ minVersion, ciphers }: TlsSettings): SecureServerOptions {
  // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered.
  const old = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  const list = ciphers.length > 0 ? ciphers.join(':') : old ? 'DEFAULT' : undefined;
  return { minVersion, ...(list === undefined ? {} : { ciphers: old ? `${list}:@SECLEVEL=0` : list }) };
}
