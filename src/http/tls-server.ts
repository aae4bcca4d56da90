import { constants } from 'node:crypto';
import { createServer, type Server, type ServerOptions } from 'node:https';
import Fastify, { type FastifyInstance } from 'fastify';
import type { CertificateSource } from './certificate.ts';
import { createDrain, type Drain } from './drain.ts';
import {
  applyBounds,
  LIMITS,
  type Limits,
  type Routing,
  routeDirect,
  toServerTimes,
} from './server-bounds.ts';

export interface TlsServerOptions extends Routing {
  readonly certificate: CertificateSource;
  readonly tls: TlsSettings;
  /**
   * Who signs the certificates of callers. Where it is there, callers are asked for one, and nobody is turned away for
   * having none: the handler asks `socket.authorized`, so that other paths stay open to all.
   */
  readonly clientAuthorities?: ClientAuthorities | undefined;
  /** ms; absent: {@link LIMITS} */
  readonly limits?: Partial<Limits>;
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

export interface HttpServer {
  /** For routes other than the direct ones. */
  readonly app: FastifyInstance;
  readonly drain: Drain;
}

/** An HTTPS server, HTTP/1.1 only, whose certificate can change under it. */
export function createTlsServer(options: TlsServerOptions): HttpServer {
  const limits = { ...LIMITS, ...options.limits };
  const { certificate, clientAuthorities } = options;
  let server: Server | undefined;
  const drain = createDrain(() => server);
  const app = Fastify({
    logger: false,
    serverFactory(fastifyHandler) {
      server = createServer(
        {
          ...toContext(options),
          ...toServerTimes(limits),
          handshakeTimeout: limits.handshake,
          ...(clientAuthorities && { requestCert: true, rejectUnauthorized: false }),
          ServerResponse: drain.ServerResponse,
        },
        routeDirect(options, fastifyHandler),
      );
      applyBounds(server);
      return server;
    },
  });
  const renew = (): void => server?.setSecureContext(toContext(options));
  certificate.onChange(renew);
  clientAuthorities?.onChange(() => {
    renew();
    // Their callers were judged by the authorities before.
    server?.closeIdleConnections();
  });
  return { app, drain };
}

function toContext({ certificate, tls, clientAuthorities }: TlsServerOptions): ServerOptions {
  const { cert, key } = certificate.current();
  return {
    ...toTlsOptions(tls),
    cert,
    key,
    // A resumed session would carry the verdict on an earlier certificate, also one of an authority that is gone.
    ...(clientAuthorities && { ca: clientAuthorities.current(), secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function toTlsOptions({ minVersion, ciphers }: TlsSettings): ServerOptions {
  // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered.
  const old = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  const list = ciphers.length > 0 ? ciphers.join(':') : old ? 'DEFAULT' : undefined;
  return { minVersion, ...(list === undefined ? {} : { ciphers: old ? `${list}:@SECLEVEL=0` : list }) };
}
