import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** How a server says goodbye without dropping a call. */
export interface Drain {
  draining(): boolean;
  /** From now on every answer, also to calls under way, asks its caller to open the next connection elsewhere. New connections are still taken. */
  begin(): void;
  /** Takes no more connections, lets calls under way finish for `patience` ms, then cuts them off. */
  close(patience: number): Promise<void>;
}

/** @param findServer asked late, because the server may be made after its drain */
export function createDrain(findServer: () => Server | TlsServer | undefined): Drain {
  let draining = false;
  const begin = (): void => {
    draining = true;
  };
  return {
    draining: () => draining,
    begin,
    close(patience) {
      begin();
      const server = findServer();
      return server === undefined ? Promise.resolve() : closeServer(server, patience);
    },
  };
}

function closeServer(server: Server | TlsServer, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), patience);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
