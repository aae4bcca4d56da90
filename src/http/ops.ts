import type { Registry } from 'prom-client';
import { type ConnectionLimit, createPlainServer, type HttpServer } from './server.ts';

/** One thing that must hold before traffic is welcome: undefined is fine, a sentence says what is missing. */
export interface ReadyCheck {
  readonly name: string;
  check(): string | undefined;
}

export interface OpsOptions {
  readonly registry: Registry;
  readonly checks: readonly ReadyCheck[];
  readonly connections?: ConnectionLimit;
}

/** Probes and scrapes are few, and each may open its own. */
export const OPS_CONNECTIONS = 64;

/**
 * The plain-HTTP port for probes and scrapes: `/livez` (the event loop turns), `/readyz` (every check by name, 503 if
 * one fails), `/healthz` (older manifests probe it here), `/metrics`.
 */
export function createOpsServer({ registry, checks, connections }: OpsOptions): HttpServer {
  const server = createPlainServer({
    direct: new Map(),
    connections: { limit: OPS_CONNECTIONS, ...connections },
  });
  const { app } = server;
  app.get('/livez', async () => 'ok');
  app.get('/healthz', async () => 'ok');
  app.get('/readyz', async (_request, reply) => {
    const results = checks.map(({ name, check }) => ({ name, problem: check() }));
    const ready = results.every(({ problem }) => problem === undefined);
    const lines = results.map(({ name, problem }) =>
      problem === undefined ? `[+]${name} ok` : `[-]${name} ${problem}`,
    );
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(`${lines.join('\n')}\n`);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return server;
}
