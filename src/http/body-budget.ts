import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { BodyAssembly, type BodyLimits, type BodyReading, PATIENCE, type ReadBody } from './body.ts';
import { BodyInTransit, BodyLedger, type TurnedAway } from './body-ledger.ts';
import { findHeader } from './headers.ts';

export interface BodyBudgetOptions {
  /** Bytes that all bodies together may take. */
  readonly budget: number;
  /** ms that an admitted body may take */
  readonly patience: number;
  readonly clock: Pick<Clock, 'delay'>;
  readonly report: (reason: TurnedAway) => void;
  /** ms between two looks at who is slow; absent: {@link LOOK_INTERVAL} */
  readonly interval?: number;
}

/** What the bodies of a server may take together. */
export interface BodyBudget {
  readonly read: ReadBody;
  /** Bytes that are set aside now. */
  reserved(): number;
  /** How many bodies wait for room. */
  waiting(): number;
}

const LOOK_INTERVAL = 500;
const NEVER = new AbortController().signal;

/** Reads bodies within a budget; who gets how much of it, and who must go, is decided by `body-ledger.ts`. */
export function createBodyBudget(options: BodyBudgetOptions): BodyBudget {
  const { clock, interval = LOOK_INTERVAL } = options;
  const ledger = new BodyLedger(options);
  let watched = false;
  // Time is counted in looks: while the process itself was busy, nobody could send.
  const watch = async (): Promise<void> => {
    watched = true;
    while (!ledger.idle) {
      await clock.delay(interval, NEVER);
      ledger.advance(interval);
    }
    watched = false;
  };
  return {
    read(request, response, limits, done) {
      new Arrival({ request, response, limits, done }, ledger).begin();
      if (!watched && !ledger.idle) void watch();
    },
    reserved: () => ledger.reserved,
    waiting: () => ledger.waiting,
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: BodyLimits;
  readonly done: (reading: BodyReading) => void;
}

/** A body that arrives. */
class Arrival extends BodyInTransit {
  readonly #exchange: Exchange;
  readonly #ledger: BodyLedger;
  readonly #declared: number | undefined;
  readonly #assembly: BodyAssembly;
  #told = false;
  #reading = false;
  /** What had come when the rest had to wait. */
  #kept: Buffer | undefined;

  constructor(exchange: Exchange, ledger: BodyLedger) {
    super();
    this.#exchange = exchange;
    this.#ledger = ledger;
    this.#declared = readDeclared(exchange.request);
    this.#assembly = new BodyAssembly(this.#declared);
  }

  begin(): void {
    const { request, limits } = this.#exchange;
    const declared = this.#declared ?? 0;
    const fits = declared <= limits.limit;
    const answer = fits ? this.#ledger.ask(this, declared) : 'refused';
    if (answer === 'refused') {
      this.#tell({ kind: fits ? 'no-room' : 'too-large' });
      return;
    }
    // Also of one that was read to its end, which has been told by then.
    request.on('close', () => this.#tell({ kind: 'aborted' }));
    if (answer === 'granted') this.#read();
    else request.socket.pause();
  }

  override readPatience(): number {
    const { request, limits } = this.#exchange;
    return limits.patience?.(request.url ?? '') ?? PATIENCE;
  }

  override granted(): void {
    const { request } = this.#exchange;
    if (!this.#reading) this.#read();
    if (this.#kept !== undefined) this.#keep(this.#kept);
    this.#kept = undefined;
    request.socket.resume();
    request.resume();
  }

  override refused(): void {
    this.#tell({ kind: 'no-room' });
  }

  override cut(): void {
    this.#exchange.request.socket.destroy();
    this.#tell({ kind: 'aborted' });
  }

  #read(): void {
    const { request } = this.#exchange;
    this.#reading = true;
    request.on('data', (chunk: Buffer) => this.#take(chunk));
    request.on('end', () => {
      this.complete = true;
      this.#tell({ kind: 'body', body: this.#assembly.take() });
    });
  }

  #take(chunk: Buffer): void {
    if (this.#told) return;
    const { limits } = this.#exchange;
    const size = this.received + chunk.length;
    if (size > limits.limit) this.#tell({ kind: 'too-large' });
    else {
      const capacity = this.#assembly.toCapacity(size, limits.limit);
      const answer = capacity <= this.reserved ? 'granted' : this.#ledger.ask(this, capacity);
      if (answer === 'granted') this.#keep(chunk);
      else if (answer === 'waits') this.#pause(chunk);
      else this.#tell({ kind: 'no-room' });
    }
  }

  #pause(chunk: Buffer): void {
    const { request } = this.#exchange;
    this.#kept = chunk;
    request.pause();
    request.socket.pause();
  }

  #keep(chunk: Buffer): void {
    this.received += chunk.length;
    this.#assembly.add(chunk, this.reserved);
  }

  /** Once: what comes later is of no interest. */
  #tell(reading: BodyReading): void {
    if (this.#told) return;
    this.#told = true;
    this.#kept = undefined;
    if (reading.kind !== 'body') {
      // However little is left of it: its socket may be paused, and nothing behind it would be read.
      if (reading.kind === 'no-room') this.#exchange.response.shouldKeepAlive = false;
      this.#assembly.drop();
      this.#ledger.release(this);
      this.#exchange.done(reading);
      return;
    }
    this.#exchange.done(reading);
    const { response, limits } = this.#exchange;
    if (response.writableEnded) {
      this.#ledger.release(this);
      return;
    }
    if (limits.kept !== undefined) this.#ledger.settle(this, limits.kept);
    this.#releaseLater();
  }

  /** A response that stands behind another one never hears that its connection has closed. */
  #releaseLater(): void {
    const { request, response } = this.#exchange;
    const { socket } = request;
    const release = (): void => {
      response.off('close', release);
      socket.off('close', release);
      this.#ledger.release(this);
    };
    response.on('close', release);
    socket.on('close', release);
    if (socket.destroyed) release();
  }
}

/** @returns bytes; undefined for a body in chunks, whose length only its end tells */
function readDeclared(request: IncomingMessage): number | undefined {
  const length = findHeader(request, 'content-length');
  if (length !== undefined) return Number(length);
  return findHeader(request, 'transfer-encoding') === undefined ? 0 : undefined;
}
