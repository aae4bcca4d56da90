import type { Clock } from '../../base/clock.ts';
import { createListHandler } from './list.ts';
import type { ObjectTable } from './object-table.ts';
import { chooseRepresentation } from './representation.ts';
import type { Route } from './route.ts';
import { refuse } from './status.ts';
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
