import type { Clock } from '../../base/clock.ts';
import type { ObjectTable, Snapshot } from './object-table.ts';
import { chooseRepresentation } from './representation.ts';
import { type Route, type RouteAnswer, type RouteRequest, refuse } from './route.ts';
import { createWatchHandler } from './watch.ts';

/**
 * Objects of one kind, read by list, watch and name.
 * @param resource in the plural, as in paths: `serviceaccounts`
 */
export function createCollectionRoutes(resource: string, table: ObjectTable, clock: Clock): Route[] {
  const list = createListHandler(table);
  const watch = createWatchHandler(table, clock);
  return [
    {
      method: 'GET',
      path: `/api/v1/${resource}`,
      handle: (request) => (isWatch(request.query) ? watch(request) : list(request)),
    },
    {
      method: 'GET',
      path: `/api/v1/namespaces/:namespace/${resource}/:name`,
      handle({ params: { namespace = '', name = '' }, accept }) {
        const object = table.get(namespace, name);
        if (object === undefined) return refuse(404, 'NotFound', `${resource} "${name}" not found`);
        return {
          kind: 'object',
          status: 200,
          object: chooseRepresentation(accept, table.kind).toObject(object),
        };
      },
    },
  ];
}

function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === '1' || query.get('watch') === 'true';
}

/** Of lists that are read in pages, so many snapshots are kept at once; older ones expire, as they do in etcd. */
const KEPT = 8;

/** Answers lists, in pages where `limit` asks for them: all pages of one list come from one snapshot. */
function createListHandler(table: ObjectTable): (request: RouteRequest) => RouteAnswer {
  const snapshots = new Map<number, Snapshot>();

  function find(token: string): ListPosition | undefined {
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
    const position = find(query.get('continue') ?? '');
    if (position === undefined)
      return refuse(410, 'Expired', 'the continue token is too old, or none of ours');
    const { snapshot, start } = position;
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

interface ListPosition {
  readonly snapshot: Snapshot;
  readonly start: number;
}
