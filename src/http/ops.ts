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
  /** All that the process runs; what `/readyz/NAME` is answered for. */
  readonly servers: readonly ReadyServer[];
  readonly connections?: ConnectionLimit;
}

/** A server of the process, and what must hold before its traffic is welcome. */
export interface ReadyServer {
  /** Such as `webhook`: a segment of a path. */
  readonly name: string;
  readonly checks: readonly ReadyCheck[];
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

interface Readiness {
  readonly isReady: boolean;
  /** A line for each check. */
  readonly text: string;
}

function readReadiness({ checks, unreadyWhenDegraded }: ReadyServer, prefix: string): Readiness {
  const standings = checks.map(lookAt);
  const lines = standings.map(
    (each) => `[${each.sign}]${prefix}${each.name} ${'problem' in each ? each.problem : 'ok'}\n`,
  );
  return {
    isReady: standings.every(({ sign }) => sign === '+' || (sign === '!' && !unreadyWhenDegraded)),
    text: lines.join(''),
  };
}

/**
 * Readiness of a process: each server has to come up first, and after that it is ready as long as one of them is. A pod
 * has one readiness for all Services in front of it: what goes wrong with one server must not take the others out.
 */
function createOverall(servers: readonly ReadyServer[]): () => Readiness {
  const pending = new Set(servers);
  return () => {
    const all = servers.map((server) => ({
      server,
      ...readReadiness(server, servers.length > 1 ? `${server.name}/` : ''),
    }));
    for (const { server, isReady } of all) if (isReady) pending.delete(server);
    return {
      isReady: pending.size === 0 && all.some(({ isReady }) => isReady),
      text: all.map(({ text }) => text).join(''),
    };
  };
}

/** Probes and scrapes are few, and each may open its own. */
export const OPS_CONNECTIONS = 64;

/**
 * The plain-HTTP port for probes and scrapes: `/livez` (the event loop turns), `/readyz` (every check by name, 503 if
 * one fails), `/readyz/NAME` (those of one server), `/healthz` (older manifests probe it here), `/metrics`.
 */
export function createOpsServer({ registry, servers, connections }: OpsOptions): HttpServer {
  const server = createPlainServer({
    direct: new Map(),
    connections: { limit: OPS_CONNECTIONS, ...connections },
  });
  const { app } = server;
  app.get('/livez', async () => 'ok');
  app.get('/healthz', async () => 'ok');
  const addReadiness = (path: string, read: () => Readiness): void => {
    app.get(path, async (_request, reply) => {
      const { isReady, text } = read();
      return reply
        .code(isReady ? 200 : 503)
        .type('text/plain; charset=utf-8')
        .send(text);
    });
  };
  addReadiness('/readyz', createOverall(servers));
  for (const server of servers) addReadiness(`/readyz/${server.name}`, () => readReadiness(server, ''));
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return server;
}
