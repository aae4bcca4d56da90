import { createServer, type Server } from 'node:http';
import Fastify from 'fastify';
import { createDrain } from './drain.ts';
import {
  applyBounds,
  LIMITS,
  type Limits,
  type Routing,
  routeDirect,
  toServerTimes,
} from './server-bounds.ts';
import type { HttpServer } from './tls-server.ts';

export interface PlainServerOptions extends Routing {
  /** ms; absent: those of the TLS server */
  readonly limits?: Partial<Limits>;
}

/** The TLS server without TLS, for behind a proxy that has it: the same bounds, the same drain. */
export function createPlainServer(options: PlainServerOptions): HttpServer {
  let server: Server | undefined;
  const drain = createDrain(() => server);
  const app = Fastify({
    logger: false,
    serverFactory(fastifyHandler) {
      server = createServer(
        { ...toServerTimes({ ...LIMITS, ...options.limits }), ServerResponse: drain.ServerResponse },
        routeDirect(options, fastifyHandler),
      );
      applyBounds(server);
      return server;
    },
  });
  return { app, drain };
}
