import type { IncomingMessage, Server } from 'node:http';
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
  enter(request: IncomingMessage): boolean;
  /** A response is through. */
  left(socket: Socket): void;
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
  /** How many requests have no answer yet: a number, since what outlives its request is dear. */
  open: number;
}

const PLACE = Symbol('place');

/** A member of the socket itself: a WeakMap, asked three times for each request, costs more than it is worth. */
interface PlacedSocket extends Socket {
  [PLACE]?: Place;
}

function findPlace(socket: PlacedSocket): Place | undefined {
  return socket[PLACE];
}

export function createConnectionGuard(options: ConnectionGuardOptions): ConnectionGuard {
  const { trust } = options;
  const ledger = new ConnectionLedger(options);
  // A TLS socket does not tell which TCP connection it wraps, but both have the same other end.
  const ends = new Map<string, Place>();
  const admit = (socket: Socket): void => {
    const end = toEnd(socket);
    const place: Place = {
      held: ledger.open(socket.remoteAddress ?? '', () => socket.destroy()),
      era: trust?.era() ?? 0,
      open: 0,
    };
    (socket as PlacedSocket)[PLACE] = place;
    ends.set(end, place);
    socket.on('close', () => {
      ledger.closed(place.held);
      if (ends.get(end) === place) ends.delete(end);
    });
  };
  const secure = (socket: Socket): void => {
    const place = ends.get(toEnd(socket));
    if (place === undefined) return;
    (socket as PlacedSocket)[PLACE] = place;
    if (trust !== undefined) ledger.certify(place.held, trust.admit(socket, place.era) === 'accepted');
  };
  trust?.authorities.onChange(() => ledger.forgetCertificates());
  return {
    watch(server) {
      server.on('connection', admit);
      server.on('secureConnection', secure);
    },
    enter({ socket }) {
      const place = findPlace(socket);
      if (place === undefined) return true;
      place.open += 1;
      if (place.open > MAX_PIPELINED) socket.destroy();
      return place.open <= MAX_PIPELINED;
    },
    left(socket) {
      const place = findPlace(socket);
      if (place !== undefined) place.open -= 1;
    },
    answered(socket) {
      const place = findPlace(socket);
      if (place !== undefined) ledger.answered(place.held);
    },
    isOutdated: (socket) => trust !== undefined && findPlace(socket)?.era !== trust.era(),
    count: () => ledger.size,
  };
}

function toEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
