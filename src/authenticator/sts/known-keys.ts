/** Which keys have logged in within the last hour. Times are monotonic, in ms. */
export interface KnownKeys {
  has(key: string, now: number): boolean;
  add(key: string, now: number): void;
}

const HOUR = 3_600_000;
const LIMIT = 10_000;

/** Bounded: the key whose last login is the longest ago makes room. */
export function createKnownKeys(limit: number = LIMIT): KnownKeys {
  const seen = new Map<string, number>();
  return {
    has(key, now) {
      const at = seen.get(key);
      return at !== undefined && now - at < HOUR;
    },
    add(key, now) {
      seen.delete(key);
      const [oldest] = seen.keys();
      if (seen.size >= limit && oldest !== undefined) seen.delete(oldest);
      seen.set(key, now);
    },
  };
}
