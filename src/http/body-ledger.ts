/** Bodies up to this size never wait: every pod but the largest is smaller. */
const SMALL = 256 * 1024;
const MAX_WAITING = 64;
/** An admitted body that stays below this many bytes a second for as long as the window is cut off. */
const LEAST_RATE = 64 * 1024;
/** ms */
const WINDOW = 2_000;

/** Why a body was not read to its end: the values of a label. */
export const TURNED_AWAY = ['displaced', 'slow', 'late', 'queue-full', 'waited'] as const;
export type TurnedAway = (typeof TURNED_AWAY)[number];

/** A body on its way, as the ledger knows it. What happens to it is the reader's to carry out. */
export abstract class BodyInTransit {
  /** Bytes that are set aside for it. */
  reserved = 0;
  /** Bytes that came; whoever reads counts them. */
  received = 0;
  /** All of it has come, and it is kept until it is answered. */
  complete = false;
  /** The ledger's own. Ages in ms; negative before the ledger has first looked. */
  held = false;
  wanted = 0;
  waited: number | undefined = undefined;
  patience = 0;
  age = 0;
  windowAge = -1;
  windowStart = 0;
  previous: BodyInTransit | undefined = undefined;
  next: BodyInTransit | undefined = undefined;

  /** ms that it may wait for room; asked when it has to. */
  abstract readPatience(): number;
  /** What was asked for is reserved now, after a wait. */
  abstract granted(): void;
  /** Its wait was in vain: nothing is reserved any more. */
  abstract refused(): void;
  /** It must go, and nothing is reserved any more. */
  abstract cut(): void;
}

export interface BodyLedgerOptions {
  /** Bytes. */
  readonly budget: number;
  /** ms that an admitted body may take in all */
  readonly patience: number;
  readonly report: (reason: TurnedAway) => void;
}

/**
 * Who holds how much of one budget for request bodies. Pure accounting: it is told of time, and knows no socket.
 * Bodies are linked to each other in order of admission: a Set of them, reached from old memory, would keep each alive
 * beyond the collection that should end it.
 */
export class BodyLedger {
  readonly #options: BodyLedgerOptions;
  readonly #waiting: BodyInTransit[] = [];
  #first: BodyInTransit | undefined;
  #last: BodyInTransit | undefined;
  #reserved = 0;

  constructor(options: BodyLedgerOptions) {
    this.#options = options;
  }

  /** Bytes. */
  get reserved(): number {
    return this.#reserved;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get idle(): boolean {
    return this.#first === undefined && this.#waiting.length === 0;
  }

  /**
   * Asks for `total` bytes for a body, or for more than it has.
   * @returns `waits`: the body hears later. `refused`: it holds nothing any more
   */
  ask(body: BodyInTransit, total: number): 'granted' | 'waits' | 'refused' {
    if (total <= SMALL) {
      this.#makeRoom(body, total);
      this.#admit(body, total);
      this.#grantWaiting();
      return 'granted';
    }
    if (this.#waiting.length === 0 && this.#fits(body, total)) {
      this.#admit(body, total);
      return 'granted';
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.release(body);
      this.#options.report('queue-full');
      return 'refused';
    }
    body.wanted = total;
    body.waited = -1;
    body.patience = body.readPatience();
    this.#waiting.push(body);
    return 'waits';
  }

  /** The body is answered, or gone. May be told more than once. */
  release(body: BodyInTransit): void {
    if (!body.held && body.waited === undefined) return;
    this.#forget(body);
    this.#grantWaiting();
  }

  /** All of the body has come, and no more than `kept` bytes of it are held from now on. */
  settle(body: BodyInTransit, kept: number): void {
    if (!body.held || body.reserved <= kept) return;
    this.#reserved -= body.reserved - kept;
    body.reserved = kept;
    this.#grantWaiting();
  }

  /** `ms` have passed, in which bodies could be read. */
  advance(ms: number): void {
    for (let body = this.#first; body !== undefined; ) {
      const { next } = body;
      if (!body.complete && body.waited === undefined) this.#judgePace(body, ms);
      body = next;
    }
    for (const body of [...this.#waiting]) this.#judgePatience(body, ms);
    this.#grantWaiting();
  }

  #fits(body: BodyInTransit, total: number): boolean {
    return this.#reserved - body.reserved + total <= this.#options.budget;
  }

  #admit(body: BodyInTransit, total: number): void {
    this.#reserved += total - body.reserved;
    body.reserved = total;
    if (body.held) return;
    body.held = true;
    body.previous = this.#last;
    if (this.#last === undefined) this.#first = body;
    else this.#last.next = body;
    this.#last = body;
  }

  #makeRoom(body: BodyInTransit, total: number): void {
    while (!this.#fits(body, total)) {
      const victim = this.#findLongest(body);
      if (victim === undefined) return;
      this.#turnAway(victim, 'displaced');
    }
  }

  /** The longest-unfinished; where all have come and wait for their answers, the first of these. */
  #findLongest(except: BodyInTransit): BodyInTransit | undefined {
    let complete: BodyInTransit | undefined;
    for (let body = this.#first; body !== undefined; body = body.next) {
      if (body === except) continue;
      if (!body.complete) return body;
      complete ??= body;
    }
    return complete;
  }

  #grantWaiting(): void {
    for (;;) {
      const [body] = this.#waiting;
      if (body === undefined || !this.#fits(body, body.wanted)) return;
      this.#waiting.shift();
      body.waited = undefined;
      body.windowAge = -1;
      this.#admit(body, body.wanted);
      body.granted();
    }
  }

  #judgePace(body: BodyInTransit, ms: number): void {
    if (body.windowAge < 0) {
      body.windowAge = 0;
      body.windowStart = body.received;
      return;
    }
    body.age += ms;
    body.windowAge += ms;
    if (body.age >= this.#options.patience) this.#turnAway(body, 'late');
    else if (body.windowAge >= WINDOW) {
      const least = (LEAST_RATE * body.windowAge) / 1_000;
      if (body.received - body.windowStart < least) this.#turnAway(body, 'slow');
      body.windowAge = 0;
      body.windowStart = body.received;
    }
  }

  #judgePatience(body: BodyInTransit, ms: number): void {
    if (body.waited === undefined) return;
    body.waited = body.waited < 0 ? 0 : body.waited + ms;
    if (body.waited < body.patience) return;
    this.#forget(body);
    this.#options.report('waited');
    body.refused();
  }

  #turnAway(body: BodyInTransit, reason: TurnedAway): void {
    this.#forget(body);
    this.#options.report(reason);
    body.cut();
  }

  #forget(body: BodyInTransit): void {
    if (body.waited !== undefined) this.#waiting.splice(this.#waiting.indexOf(body), 1);
    body.waited = undefined;
    if (!body.held) return;
    this.#reserved -= body.reserved;
    body.reserved = 0;
    body.held = false;
    if (body.previous === undefined) this.#first = body.next;
    else body.previous.next = body.next;
    if (body.next === undefined) this.#last = body.previous;
    else body.next.previous = body.previous;
    body.previous = undefined;
    body.next = undefined;
  }
}
