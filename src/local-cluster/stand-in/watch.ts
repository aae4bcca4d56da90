import type { Clock } from '../../base/clock.ts';
import type { ObjectTable } from './object-table.ts';
import { chooseRepresentation, type Representation } from './representation.ts';
import { type RouteAnswer, type RouteRequest, toStatus } from './route.ts';

/** ms between two bookmarks; kube-apiserver sends one about every minute. */
const BOOKMARK_INTERVAL = 60_000;

/** Answers watches: what happened since `resourceVersion`, then what happens, until `timeoutSeconds` are over. */
export function createWatchHandler(table: ObjectTable, clock: Clock): (request: RouteRequest) => RouteAnswer {
  return ({ query, accept, signal }) => {
    const seconds = Number(query.get('timeoutSeconds') ?? 1_800);
    const bookmarks = query.get('allowWatchBookmarks') === 'true';
    const watch: Watch = {
      table,
      clock,
      signal,
      representation: chooseRepresentation(accept, table.kind),
      from: Number(query.get('resourceVersion') || table.version()),
      end: clock.now() + seconds * 1_000,
      bookmarkInterval: bookmarks ? BOOKMARK_INTERVAL : Number.POSITIVE_INFINITY,
    };
    return { kind: 'stream', objects: followTable(watch) };
  };
}

interface Watch {
  readonly table: ObjectTable;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly representation: Representation;
  readonly from: number;
  /** ms since epoch */
  readonly end: number;
  readonly bookmarkInterval: number;
}

async function* followTable(watch: Watch): AsyncGenerator<object> {
  const { table, clock, signal, representation, end, bookmarkInterval } = watch;
  let { from } = watch;
  let bookmarkAt = clock.now() + bookmarkInterval;
  while (!signal.aborted) {
    // Asked for before the events are read: a change in between is noticed.
    const changed = table.nextChange();
    const events = table.since(from);
    if (events === undefined) {
      yield { type: 'ERROR', object: toStatus(410, 'Expired', `too old resource version: ${from}`) };
      return;
    }
    for (const { type, version, object } of events) {
      yield { type, object: representation.toObject(object) };
      from = version;
    }
    const now = clock.now();
    if (now >= end) return;
    if (now >= bookmarkAt) {
      yield toBookmark(watch, from);
      bookmarkAt = now + bookmarkInterval;
    }
    await clock.delay(Math.min(end, bookmarkAt) - now, AbortSignal.any([signal, changed]));
  }
}

function toBookmark({ table, representation }: Watch, version: number): object {
  const metadata = { resourceVersion: String(version), creationTimestamp: null };
  const object = representation.toObject({ apiVersion: 'v1', kind: table.kind, metadata });
  return { type: 'BOOKMARK', object };
}
