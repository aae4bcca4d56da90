import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { ClientTrust } from './client-trust.ts';
import { ConnectionLedger, type ConnectionLedgerOptions, type HeldConnection } from './connection-ledger.ts';

/** How many requests may stand behind one another on a connection, unanswered. Callers that pipeline are rare. */
const MAX_PIPELINED = 16;

/** Keeps the connections of a server within their budget. */
export interface ConnectionGuard {
  /** From now on the server's connections count, also those in the middle of a TLS handshake. */
  watch(server: Server | TlsServer): void;
  /** @returns whether the request is to be looked at: its connection is not crowded */
  enter(request: IncomingMessage, response: ServerResponse): boolean;
  answered(socket: Socket): void;
  /** Its caller was judged by authorities that are not those of today. */
  isOutdated(socket: Socket): boolean;
  count(): number;
}

export interface ConnectionGuardOptions extends ConnectionLedgerOptions {
  /** By which a caller's certificate keeps its connection. */
  readonly trust?: ClientTrust | undefined;
}

interface Place {
  /** Of the authorities by which its handshake began. */
  readonly era: number;
  readonly held: HeldConnection;
  /** Responses that were not through when last looked at; mostly the one before. */
  readonly responses: ServerResponse[];
}

export function createConnectionGuard(options: ConnectionGuardOptions): ConnectionGuard {
  const { trust } = options;
  const ledger = new ConnectionLedger(options);
  const places = new WeakMap<Socket, Place>();
  // A TLS socket does not tell which TCP connection it wraps, but both have the same other end.
  const ends = new Map<string, Place>();
  const admit = (socket: Socket): void => {
    const end = toEnd(socket);
    const place: Place = {
      held: ledger.open(socket.remoteAddress ?? '', () => socket.destroy()),
      era: trust?.era() ?? 0,
      responses: [],
    };
    places.set(socket, place);
    ends.set(end, place);
    socket.on('close', () => {
      ledger.closed(place.held);
      if (ends.get(end) === place) ends.delete(end);
    });
  };
  const secure = (socket: Socket): void => {
    const place = ends.get(toEnd(socket));
    if (place === undefined) return;
    places.set(socket, place);
    if (trust !== undefined) ledger.certify(place.held, trust.admit(socket, place.era) === 'accepted');
  };
  trust?.authorities.onChange(() => ledger.forgetCertificates());
  return {
    watch(server) {
      server.on('connection', admit);
      server.on('secureConnection', secure);
    },
    enter(request, response) {
      const responses = places.get(request.socket)?.responses;
      if (responses === undefined) return true;
      while (responses[0]?.writableFinished) responses.shift();
      if (responses.length >= MAX_PIPELINED) {
        request.socket.destroy();
        return false;
      }
      responses.push(response);
      return true;
    },
    answered(socket) {
      const place = places.get(socket);
      if (place !== undefined) ledger.answered(place.held);
    },
    isOutdated: (socket) => trust !== undefined && places.get(socket)?.era !== trust.era(),
    count: () => ledger.size,
  };
}

function toEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
