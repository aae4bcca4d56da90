import { describeError } from '../../base/errors.ts';
import { type CertificateSource, describeInvalidity } from '../../http/certificate.ts';
import type { Part } from '../../http/lifecycle.ts';
import { type ListenAddress, listenOn } from '../../http/listen.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import {
  type ConnectionLimit,
  createPlainServer,
  createTlsServer,
  type HttpServer,
} from '../../http/server.ts';
import type { Door, ServerSettings } from './descriptor.ts';

/** How long calls under way may take once no new connection is accepted. ms */
const CLOSE_PATIENCE = 10_000;

/** The server that stands at a door. @param certificate undefined: plain HTTP */
export function createDoorServer(
  { routing, addRoutes, clientTrust }: Door,
  tls: ServerSettings['tls'],
  certificate: CertificateSource | undefined,
  connections: ConnectionLimit,
): HttpServer {
  const server =
    tls === undefined || certificate === undefined
      ? createPlainServer({ connections, ...routing })
      : createTlsServer({ certificate, tls, clientTrust, connections, ...routing });
  addRoutes?.(server.app);
  return server;
}

export interface DoorPartOptions {
  /** Such as `webhook`. */
  readonly name: string;
  readonly server: HttpServer;
  readonly address: ListenAddress;
  /** undefined: plain HTTP */
  readonly certificate: CertificateSource | undefined;
}

export function toDoorPart({ name, server, address, certificate }: DoorPartOptions, log: Log): Part {
  return {
    name,
    async start() {
      const port = await listenOn(server.app, address, '--port');
      log.info({ port }, `${name} listens (${certificate === undefined ? 'HTTP' : 'HTTPS'})`);
    },
    async stop() {
      await server.drain.close(CLOSE_PATIENCE);
      certificate?.stop();
    },
  };
}

export interface SidePartOptions {
  readonly name: string;
  /** Where the port is said. */
  readonly flag: string;
  /** As the log tells it. */
  readonly what: string;
  readonly address: ListenAddress;
  readonly server: HttpServer;
  /** Where the port cannot be had, that is logged, and no more. */
  readonly isOptional: boolean;
}

export function toOpsPart(
  options: Pick<SidePartOptions, 'address' | 'server' | 'isOptional'>,
  log: Log,
): Part {
  return toSidePart(
    { ...options, name: 'ops', flag: '--metrics-port', what: 'probes and metrics listen' },
    log,
  );
}

/** A port beside the door, over HTTP. */
export function toSidePart(
  { name, flag, what, address, server, isOptional }: SidePartOptions,
  log: Log,
): Part {
  return {
    name,
    async start() {
      try {
        log.info({ port: await listenOn(server.app, address, flag) }, `${what} (HTTP)`);
      } catch (error) {
        if (!isOptional) throw error;
        log.error(
          { port: address.port, problem: describeError(error) },
          `${name}: the server goes on without`,
        );
      }
    },
    stop: () => server.drain.close(0),
  };
}

/** What must hold of any door before traffic is welcome. */
export function toDoorChecks(
  certificate: CertificateSource | undefined,
  { drain }: HttpServer,
): ReadyCheck[] {
  const notDraining = {
    name: 'not-draining',
    check: () => (drain.draining() ? 'the process is going away' : undefined),
  };
  if (certificate === undefined) return [notDraining];
  return [
    {
      name: 'certificate',
      check() {
        const pair = certificate.current();
        if (pair !== undefined) return describeInvalidity(pair, Date.now());
        return `there is no certificate yet: ${certificate.problem?.() ?? 'it is being made'}`;
      },
      degraded: () => certificate.problem?.(),
    },
    notDraining,
  ];
}
