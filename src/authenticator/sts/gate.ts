import { getOrAdd } from '../../base/get-or-add.ts';
import { createLane, type Lane, type Ticket } from './lane.ts';

/** Of calls in flight. Half of each is kept for keys that are known, and an eighth of a host's for those that are not. */
export interface GateLimits {
  readonly total: number;
  readonly perHost: number;
  readonly perKey: number;
  /** Of calls that wait; half of it for keys that are not known. One key takes half of what is left, at most. */
  readonly waiting: number;
  /** ms that a call waits */
  readonly patience: number;
}

export interface GateDeps {
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly isKnown: (key: string) => boolean;
}

/** Gives calls their places: bounded in number, and such that no stranger takes those of the keys that are known, nor these all. */
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
    const left = this.#countOf(ticket.key) - 1;
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

  /** However many calls a few keys have waiting, the next key finds room. */
  #hasQueueRoom(lane: Lane, key: string, known: boolean): boolean {
    const { waiting } = this.#limits;
    const left = waiting - this.#waiting.size;
    const room = known ? left : Math.min(left, waiting / 2 - this.#strangersWaiting);
    return lane.countOf(key) < room / 2;
  }

  /** Hosts take turns. */
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

  /** Those that are known come first, once first logins have their share: whoever is known may send forgeries, too. */
  #take(host: HostState): Ticket | undefined {
    const { total, perHost } = this.#limits;
    if (this.#admitted.size >= total || host.inFlight >= perHost) return undefined;
    const first = host.strangers < Math.ceil(perHost / 8) ? this.#takeStranger(host) : undefined;
    return first ?? this.#takeKnown(host) ?? this.#takeStranger(host);
  }

  #takeKnown(host: HostState): Ticket | undefined {
    const ticket = host.known.take((key) => this.#countOf(key) < this.#limits.perKey);
    return ticket && this.#admit(ticket, host, false);
  }

  #takeStranger(host: HostState): Ticket | undefined {
    const { total, perHost, perKey } = this.#limits;
    if (this.#strangers >= total / 2 || host.strangers >= perHost / 2) return undefined;
    const ticket = host.unknown.take((key) => this.#countOf(key) < perKey / 2);
    return ticket && this.#admit(ticket, host, true);
  }

  /** Of a key's calls in flight. */
  #countOf(key: string): number {
    return this.#keys.get(key) ?? 0;
  }

  #admit(ticket: Ticket, host: HostState, stranger: boolean): Ticket {
    this.#waiting.delete(ticket);
    this.#admitted.set(ticket, stranger);
    this.#keys.set(ticket.key, this.#countOf(ticket.key) + 1);
    host.inFlight += 1;
    if (stranger) {
      host.strangers += 1;
      this.#strangers += 1;
      this.#strangersWaiting -= 1;
    }
    return ticket;
  }

  #open(name: string): HostState {
    return getOrAdd(this.#hosts, name, () => ({
      inFlight: 0,
      strangers: 0,
      known: createLane(),
      unknown: createLane(),
    }));
  }

  #close(name: string): void {
    const host = this.#hosts.get(name);
    if (host !== undefined && host.inFlight + host.known.size + host.unknown.size === 0) {
      this.#hosts.delete(name);
    }
  }
}
