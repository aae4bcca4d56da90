import type { Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** How a server says goodbye without dropping a call. */
export interface Drain {
  draining(): boolean;
  /** Call it for each request as it comes. */
  watch(response: ServerResponse): void;
  /** From now on every answer, also to calls under way, asks its caller to open the next connection elsewhere. New connections are still taken. */
  begin(): void;
  /** Takes no more connections, lets calls under way finish for `patience` ms, then cuts them off. */
  close(patience: number): Promise<void>;
}

/** @param findServer asked late, because the server may be made after its drain */
export function createDrain(findServer: () => Server | TlsServer | undefined): Drain {
  let draining = false;
  const underWay = new Set<ServerResponse>();
  // One function for all, called with the response as `this`: requests are many.
  function forget(this: ServerResponse): void {
    underWay.delete(this);
  }
  const begin = (): void => {
    draining = true;
    for (const response of underWay) response.shouldKeepAlive = false;
  };
  return {
    draining: () => draining,
    watch(response) {
      if (draining) response.shouldKeepAlive = false;
      underWay.add(response);
      response.on('close', forget);
    },
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
