import { getOrAdd } from '../../base/get-or-add.ts';

/** A call that wants a place. */
export interface Ticket {
  readonly host: string;
  /** Whose call it is. */
  readonly key: string;
  /** Called once, when the place is there; it has to be given back. */
  readonly admit: () => void;
  /** Called once instead, where none came in time. */
  readonly refuse: () => void;
}

/** Calls that wait for one host, fairly by key: each key's first call comes before any key's second. */
export interface Lane {
  readonly size: number;
  countOf(key: string): number;
  push(ticket: Ticket): void;
  /** Takes the next call of a key for which there is room. */
  take(hasRoom: (key: string) => boolean): Ticket | undefined;
  remove(ticket: Ticket): void;
  /** Takes all calls of a key out. */
  takeAll(key: string): readonly Ticket[];
}

export function createLane(): Lane {
  const byKey = new Map<string, Ticket[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    countOf: (key) => byKey.get(key)?.length ?? 0,
    push(ticket) {
      getOrAdd(byKey, ticket.key, () => []).push(ticket);
      size += 1;
    },
    take(hasRoom) {
      for (const [key, waiting] of byKey) {
        if (!hasRoom(key)) continue;
        const ticket = waiting.shift();
        // Behind all others.
        byKey.delete(key);
        if (waiting.length > 0) byKey.set(key, waiting);
        if (ticket !== undefined) size -= 1;
        return ticket;
      }
      return undefined;
    },
    remove(ticket) {
      const waiting = byKey.get(ticket.key) ?? [];
      const at = waiting.indexOf(ticket);
      if (at === -1) return;
      waiting.splice(at, 1);
      size -= 1;
      if (waiting.length === 0) byKey.delete(ticket.key);
    },
    takeAll(key) {
      const waiting = byKey.get(key) ?? [];
      byKey.delete(key);
      size -= waiting.length;
      return waiting;
    },
  };
}
