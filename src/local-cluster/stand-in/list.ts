import type { ObjectTable, Snapshot } from './object-table.ts';
import { chooseRepresentation } from './representation.ts';
import type { RouteAnswer, RouteRequest } from './route.ts';
import { refuse } from './status.ts';

/** Of lists that are read in pages, so many snapshots are kept at once; older ones expire, as they do in etcd. */
const KEPT = 8;

/** Answers lists, in pages where `limit` asks for them: all pages of one list come from one snapshot. */
export function createListHandler(table: ObjectTable): (request: RouteRequest) => RouteAnswer {
  const snapshots = new Map<number, Snapshot>();

  function find(token: string): Place | undefined {
    if (token === '') return { snapshot: table.snapshot(), start: 0 };
    const [version, start] = Buffer.from(token, 'base64url').toString().split(':').map(Number);
    const snapshot = snapshots.get(version ?? Number.NaN);
    return snapshot === undefined || start === undefined ? undefined : { snapshot, start };
  }

  function keep(snapshot: Snapshot): void {
    snapshots.set(snapshot.version, snapshot);
    const [oldest] = snapshots.keys();
    if (snapshots.size > KEPT && oldest !== undefined) snapshots.delete(oldest);
  }

  return ({ query, accept }) => {
    const place = find(query.get('continue') ?? '');
    if (place === undefined) return refuse(410, 'Expired', 'the continue token is too old, or none of ours');
    const { snapshot, start } = place;
    const limit = Number(query.get('limit') ?? 0) || snapshot.items.length;
    const end = start + limit;
    const left = Math.max(0, snapshot.items.length - end);
    if (left > 0) keep(snapshot);
    const { toObject, list } = chooseRepresentation(accept, table.kind);
    const token = Buffer.from(`${snapshot.version}:${end}`).toString('base64url');
    const metadata = {
      resourceVersion: String(snapshot.version),
      ...(left > 0 && { continue: token, remainingItemCount: left }),
    };
    const items = snapshot.items.slice(start, end).map(toObject);
    return { kind: 'object', status: 200, object: { ...list, metadata, items } };
  };
}

interface Place {
  readonly snapshot: Snapshot;
  readonly start: number;
}
