/** Results by what they are of, for a while. */
export interface ResultCache<Value> {
  get(key: string, now: number): Value | undefined;
  /** @param until ms since epoch; never kept longer than the cache's own time */
  set(key: string, value: Value, now: number, until: number): void;
  readonly size: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly since: number;
  readonly until: number;
}

/** Bounded in number; the oldest make room. @param lifetime ms; 0 keeps nothing */
export function createResultCache<Value>(lifetime: number, limit: number): ResultCache<Value> {
  const entries = new Map<string, Entry<Value>>();
  const isOver = ({ since, until }: Entry<Value>, now: number): boolean => now >= until || now < since;
  /** Those in front are the oldest. */
  const makeRoom = (now: number): void => {
    for (const [key, entry] of entries) {
      if (entries.size < limit && !isOver(entry, now)) return;
      entries.delete(key);
    }
  };
  return {
    get size() {
      return entries.size;
    },
    get(key, now) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // Also where the clock was set back: what it would say of the end is not known then.
      if (!isOver(entry, now)) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, now, until) {
      const end = Math.min(until, now + lifetime);
      if (end <= now) return;
      entries.delete(key);
      makeRoom(now);
      entries.set(key, { value, since: now, until: end });
    },
  };
}
