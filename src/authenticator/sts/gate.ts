import { createLane, type Lane, type Ticket } from './lane.ts';

/** Of calls in flight. Half of each is kept for keys that are known. */
export interface GateLimits {
  readonly total: number;
  readonly perHost: number;
  readonly perKey: number;
  /** Of calls that wait; half of it for keys that are not known, and a quarter for one key. */
  readonly waiting: number;
  /** ms that a call waits */
  readonly patience: number;
}

export interface GateDeps {
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly isKnown: (key: string) => boolean;
}

/** Gives calls their places: bounded in number, and such that no stranger takes those of the keys that are known. */
export interface Gate {
  /** Admits, refuses, or lets wait. */
  enter(ticket: Ticket): void;
  /** Gives a place back. */
  leave(ticket: Ticket): void;
  /** Its key is known from now on, and what it has waiting with it. */
  promote(key: string): void;
  /** Refuses whoever has waited too long. @returns ms until the next one has; undefined: nobody waits */
  expire(): number | undefined;
  inFlight(): number;
  waiting(): number;
}

interface HostState {
  inFlight: number;
  /** Of keys that are not known. */
  strangers: number;
  readonly known: Lane;
  readonly unknown: Lane;
}

export function createGate(limits: GateLimits, deps: GateDeps): Gate {
  return new FairGate(limits, deps);
}

class FairGate implements Gate {
  readonly #limits: GateLimits;
  readonly #deps: GateDeps;
  readonly #hosts = new Map<string, HostState>();
  readonly #keys = new Map<string, number>();
  /** Those in flight → whether they count as strangers. */
  readonly #admitted = new Map<Ticket, boolean>();
  /** Those that wait → since when, the first to come in front. */
  readonly #waiting = new Map<Ticket, number>();
  #strangers = 0;
  #strangersWaiting = 0;

  constructor(limits: GateLimits, deps: GateDeps) {
    this.#limits = limits;
    this.#deps = deps;
  }

  inFlight = (): number => this.#admitted.size;
  waiting = (): number => this.#waiting.size;

  enter(ticket: Ticket): void {
    const known = this.#deps.isKnown(ticket.key);
    const host = this.#open(ticket.host);
    const lane = known ? host.known : host.unknown;
    if (!this.#hasQueueRoom(lane, ticket.key, known)) {
      ticket.refuse();
      return;
    }
    lane.push(ticket);
    this.#waiting.set(ticket, this.#deps.now());
    if (!known) this.#strangersWaiting += 1;
    this.#pump();
  }

  leave(ticket: Ticket): void {
    const stranger = this.#admitted.get(ticket);
    if (stranger === undefined) return;
    this.#admitted.delete(ticket);
    const host = this.#open(ticket.host);
    host.inFlight -= 1;
    if (stranger) {
      host.strangers -= 1;
      this.#strangers -= 1;
    }
    const left = (this.#keys.get(ticket.key) ?? 1) - 1;
    if (left === 0) this.#keys.delete(ticket.key);
    else this.#keys.set(ticket.key, left);
    this.#pump();
    this.#close(ticket.host);
  }

  promote(key: string): void {
    let moved = 0;
    for (const { known, unknown } of this.#hosts.values()) {
      for (const ticket of unknown.takeAll(key)) {
        known.push(ticket);
        moved += 1;
      }
    }
    this.#strangersWaiting -= moved;
    if (moved > 0) this.#pump();
  }

  expire(): number | undefined {
    const now = this.#deps.now();
    for (const [ticket, since] of this.#waiting) {
      const left = since + this.#limits.patience - now;
      if (left > 0) return left;
      this.#forget(ticket);
      ticket.refuse();
    }
    return undefined;
  }

  #forget(ticket: Ticket): void {
    const { known, unknown } = this.#open(ticket.host);
    const before = unknown.size;
    known.remove(ticket);
    unknown.remove(ticket);
    this.#strangersWaiting -= before - unknown.size;
    this.#waiting.delete(ticket);
    this.#close(ticket.host);
  }

  #hasQueueRoom(lane: Lane, key: string, known: boolean): boolean {
    const { waiting } = this.#limits;
    if (lane.countOf(key) >= waiting / 4) return false;
    return known ? this.#waiting.size < waiting : this.#strangersWaiting < waiting / 2;
  }

  /** Hosts take turns, and at each those that are known come first. */
  #pump(): void {
    for (let served = true; served; ) {
      served = false;
      for (const [name, host] of [...this.#hosts]) {
        if (host.known.size + host.unknown.size === 0) continue;
        const ticket = this.#take(host);
        if (ticket === undefined) continue;
        this.#hosts.delete(name);
        this.#hosts.set(name, host);
        served = true;
        ticket.admit();
      }
    }
  }

  #take(host: HostState): Ticket | undefined {
    const { total, perHost, perKey } = this.#limits;
    if (this.#admitted.size >= total || host.inFlight >= perHost) return undefined;
    const keyHasRoom = (limit: number) => (key: string) => (this.#keys.get(key) ?? 0) < limit;
    const known = host.known.take(keyHasRoom(perKey));
    if (known !== undefined) return this.#admit(known, host, false);
    if (this.#strangers >= total / 2 || host.strangers >= perHost / 2) return undefined;
    const unknown = host.unknown.take(keyHasRoom(perKey / 2));
    return unknown && this.#admit(unknown, host, true);
  }

  #admit(ticket: Ticket, host: HostState, stranger: boolean): Ticket {
    this.#waiting.delete(ticket);
    this.#admitted.set(ticket, stranger);
    this.#keys.set(ticket.key, (this.#keys.get(ticket.key) ?? 0) + 1);
    host.inFlight += 1;
    if (stranger) {
      host.strangers += 1;
      this.#strangers += 1;
      this.#strangersWaiting -= 1;
    }
    return ticket;
  }

  #open(name: string): HostState {
    const present = this.#hosts.get(name);
    if (present !== undefined) return present;
    const host = { inFlight: 0, strangers: 0, known: createLane(), unknown: createLane() };
    this.#hosts.set(name, host);
    return host;
  }

  #close(name: string): void {
    const host = this.#hosts.get(name);
    if (host !== undefined && host.inFlight + host.known.size + host.unknown.size === 0) {
      this.#hosts.delete(name);
    }
  }
}
