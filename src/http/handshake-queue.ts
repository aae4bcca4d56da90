import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { getOrAdd } from '../base/get-or-add.ts';

/** How many handshakes begin in one turn of the event loop: each takes about a millisecond of it. */
const A_TURN = 2;

/**
 * Lets handshakes begin a few at a time, and addresses take turns. Otherwise whoever opens hundreds of connections at once
 * has all of them shaken hands with before the event loop comes to anybody else, probes included.
 */
export function queueHandshakes(server: TlsServer): void {
  // What the server itself does with a new connection.
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  const queue = new FairQueue<Socket>();
  let begun = 0;
  const begin = (socket: Socket): void => {
    if (socket.destroyed) return;
    begun += 1;
    for (const listener of listeners) listener.call(server, socket);
  };
  const turn = (): void => {
    begun = 0;
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      begin(next);
      if (begun >= A_TURN) break;
    }
    if (begun > 0) setImmediate(turn);
  };
  server.on('connection', (socket: Socket) => {
    if (begun === 0) setImmediate(turn);
    if (begun < A_TURN && queue.isEmpty()) {
      begin(socket);
      return;
    }
    // Nobody else listens while it waits, and a caller may go at any time.
    socket.on('error', () => socket.destroy());
    queue.add(socket.remoteAddress ?? '', socket);
  });
}

/** Gives one of each key in turn, and of each in the order in which they came. */
export class FairQueue<T> {
  readonly #waiting = new Map<string, T[]>();

  isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(key: string, value: T): void {
    getOrAdd(this.#waiting, key, () => []).push(value);
  }

  take(): T | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [key, values] = first;
    const value = values.shift();
    // A Map is in the order of arrival: whoever had its turn goes to the end.
    this.#waiting.delete(key);
    if (values.length > 0) this.#waiting.set(key, values);
    return value;
  }
}
