import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { findHeader } from './headers.ts';

export interface ResponseEvents {
  /** Told of each answer as its head is written. @returns whether its connection may be used again */
  mayStay(request: IncomingMessage): boolean;
  /** Told of each connection that an answer is through with. */
  left(socket: Socket): void;
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * Looks when the headers are written, so that calls under way hear of a drain too. Not by a Set of them: each would be
 * reached from old memory, outlive the collection that should have ended it, and cost a sixth of the processor time.
 */
export function createResponseClass({ mayStay, left }: ResponseEvents): typeof ServerResponse {
  class WatchedResponse extends ServerResponse {
    override writeHead(status: number, message?: string, headers?: Headers): this;
    override writeHead(status: number, headers?: Headers): this;
    override writeHead(status: number, ...rest: readonly unknown[]): this {
      if (!mayStay(this.req)) this.shouldKeepAlive = false;
      // Handed on as it came: one of the two forms above.
      return super.writeHead(status, ...(rest as [Headers?]));
    }

    override detachSocket(socket: Socket): void {
      super.detachSocket(socket);
      left(socket);
    }
  }
  // The two forms are those of the class above it; TypeScript does not match overloads that return `this`.
  return WatchedResponse as typeof ServerResponse;
}

/** Bytes that are passed over for the sake of the connection. */
const LITTLE = 1024 * 1024;

/** What is left of a body that nobody reads would have to be passed over before the next request, however slow it is. */
export function leavesMuchUnread(request: IncomingMessage): boolean {
  if (request.complete) return false;
  if (findHeader(request, 'transfer-encoding') !== undefined) return true;
  return Number(findHeader(request, 'content-length') ?? 0) > LITTLE;
}
