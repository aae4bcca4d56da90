import { type OutgoingHttpHeader, type OutgoingHttpHeaders, type Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** How a server says goodbye without dropping a call. */
export interface Drain {
  draining(): boolean;
  /** What the server is to answer with. */
  readonly ServerResponse: typeof ServerResponse;
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
    ServerResponse: createResponseClass(() => draining),
    begin,
    close(patience) {
      begin();
      const server = findServer();
      return server === undefined ? Promise.resolve() : closeServer(server, patience);
    },
  };
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * Looks when the headers are written, so that calls under way hear of it too. Not by a Set of them: each would be reached
 * from old memory, outlive the collection that should have ended it, and cost a sixth of the processor time.
 */
function createResponseClass(draining: () => boolean): typeof ServerResponse {
  class DrainAwareResponse extends ServerResponse {
    override writeHead(status: number, message?: string, headers?: Headers): this;
    override writeHead(status: number, headers?: Headers): this;
    override writeHead(status: number, ...rest: readonly unknown[]): this {
      if (draining()) this.shouldKeepAlive = false;
      // Handed on as it came: one of the two forms above.
      return super.writeHead(status, ...(rest as [Headers?]));
    }
  }
  // The two forms are those of the class above it; TypeScript does not match overloads that return `this`.
  return DrainAwareResponse as typeof ServerResponse;
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
