export interface ListingQuery {
  readonly prefix: string;
  /** What follows the prefix up to the first of these becomes one common prefix; '' has none. */
  readonly delimiter: string;
  /** Only what comes after this key or common prefix; '' is the beginning. */
  readonly after: string;
  /** Of keys and common prefixes together. */
  readonly limit: number;
}

export interface Listing {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Where the next page begins: after this. Absent on the last one. */
  readonly next?: string;
}

/** @param sorted all keys of the bucket, by their bytes */
export function listKeys(sorted: readonly string[], query: ListingQuery): Listing {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of sorted) {
    const entry = toEntry(key, query);
    if (entry === undefined || entry === prefixes.at(-1) || !isAfter(entry, query.after)) continue;
    if (keys.length + prefixes.length >= query.limit)
      return { keys, prefixes, ...(last !== undefined && { next: last }) };
    (entry === key ? keys : prefixes).push(entry);
    last = entry;
  }
  return { keys, prefixes };
}

/** The key itself, or the common prefix that stands for it. */
function toEntry(key: string, { prefix, delimiter }: ListingQuery): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1 ? key : key.slice(0, end + delimiter.length);
}

function isAfter(entry: string, after: string): boolean {
  return Buffer.compare(Buffer.from(entry), Buffer.from(after)) > 0;
}
