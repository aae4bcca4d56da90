import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { BodyReading } from '../../../src/http/body.ts';
import { type BodyBudget, createBodyBudget } from '../../../src/http/body-budget.ts';
import type { TurnedAway } from '../../../src/http/body-ledger.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { onCleanUp } from './door.ts';

export const LIMIT = 7 * 1024 * 1024;

export interface BudgetDoor {
  readonly budget: BodyBudget;
  readonly clock: FakeClock;
  /** How each body ended, in order: its kind, and the size of one that was read. */
  readonly ends: string[];
  readonly reasons: TurnedAway[];
  /** Answers that the handler has not given yet. */
  readonly held: ServerResponse[];
  connect(): Caller;
}

/** A connection on which anything may be sent. */
export interface Caller {
  readonly socket: Socket;
  received(): string;
  readonly ended: Promise<void>;
  post(length: number, query?: string): void;
}

/**
 * A bare server that reads bodies within 8 MiB and answers with their sizes.
 * @param answers whether it answers at once, or leaves the answers to the test
 */
export async function openBudgetDoor(answers: 'at once' | 'later' = 'at once'): Promise<BudgetDoor> {
  const clock = createFakeClock();
  const ends: string[] = [];
  const reasons: TurnedAway[] = [];
  const held: ServerResponse[] = [];
  const budget = createBodyBudget({
    budget: 8 * 1024 * 1024,
    patience: 15_000,
    clock,
    report: (reason) => void reasons.push(reason),
  });
  const limits = { limit: LIMIT, patience: (url: string) => Number(/\d+/.exec(url)?.[0] ?? 10_000) };
  const finish = (reading: BodyReading, response: ServerResponse): void => {
    ends.push(reading.kind === 'body' ? `body ${reading.body.length}` : reading.kind);
    if (reading.kind === 'aborted') return;
    if (reading.kind !== 'body') response.writeHead(reading.kind === 'no-room' ? 503 : 413).end();
    else if (answers === 'later') held.push(response);
    else response.end('read');
  };
  const server = createServer((request, response) =>
    budget.read(request, response, limits, (reading) => finish(reading, response)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => void server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { budget, clock, ends, reasons, held, connect: () => openCaller(port) };
}

function openCaller(port: number): Caller {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // To be cut off is what these callers are for.
  socket.on('error', () => {});
  onCleanUp(() => void socket.destroy());
  return {
    socket,
    received: () => text,
    ended,
    post: (length, query = '') =>
      void socket.write(`POST /${query} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`),
  };
}
