import type { Registry } from 'prom-client';
import { type ConnectionLimit, createPlainServer, type HttpServer } from './server.ts';

/** One thing that must hold before traffic is welcome: undefined is fine, a sentence says what is missing. */
export interface ReadyCheck {
  readonly name: string;
  check(): string | undefined;
  /**
   * What is wrong with it though the server is of use: a sentence of its cause, and the remedy. Not asked where `check`
   * has something to say.
   */
  degraded?(): string | undefined;
}

export interface OpsOptions {
  readonly registry: Registry;
  readonly checks: readonly ReadyCheck[];
  readonly connections?: ConnectionLimit;
  /** A degraded check fails readiness, too. Off: one comma too many in a shared source must not take all replicas out. */
  readonly unreadyWhenDegraded?: boolean;
}

/** How a check stands: `+` it holds, `!` degraded, `-` it does not hold. */
type Standing =
  | { readonly name: string; readonly sign: '+' }
  | { readonly name: string; readonly sign: '!' | '-'; readonly problem: string };

function lookAt(each: ReadyCheck): Standing {
  const { name } = each;
  const problem = each.check();
  if (problem !== undefined) return { name, sign: '-', problem };
  const weakness = each.degraded?.();
  return weakness === undefined ? { name, sign: '+' } : { name, sign: '!', problem: weakness };
}

/** What is wrong with a check that holds. */
export function findDegradation(check: ReadyCheck): string | undefined {
  const standing = lookAt(check);
  return standing.sign === '!' ? standing.problem : undefined;
}

/** Probes and scrapes are few, and each may open its own. */
export const OPS_CONNECTIONS = 64;

/**
 * The plain-HTTP port for probes and scrapes: `/livez` (the event loop turns), `/readyz` (every check by name, 503 if
 * one fails), `/healthz` (older manifests probe it here), `/metrics`.
 */
export function createOpsServer({
  registry,
  checks,
  connections,
  unreadyWhenDegraded,
}: OpsOptions): HttpServer {
  const server = createPlainServer({
    direct: new Map(),
    connections: { limit: OPS_CONNECTIONS, ...connections },
  });
  const { app } = server;
  app.get('/livez', async () => 'ok');
  app.get('/healthz', async () => 'ok');
  app.get('/readyz', async (_request, reply) => {
    const standings = checks.map(lookAt);
    const ready = standings.every(({ sign }) => sign === '+' || (sign === '!' && !unreadyWhenDegraded));
    const lines = standings.map(
      (each) => `[${each.sign}]${each.name} ${'problem' in each ? each.problem : 'ok'}`,
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
