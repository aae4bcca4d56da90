import type { Clock } from '../../kube/clock.ts';
import type { AccountTable } from './account-table.ts';
import { createListHandler } from './list.ts';
import { chooseRepresentation } from './representation.ts';
import type { Route } from './route.ts';
import { refuse } from './status.ts';
import { createWatchHandler } from './watch.ts';

/** As much of a cluster's API as the webhook reads: ServiceAccounts, by list, watch and name. */
export function createClusterRoutes(table: AccountTable, clock: Clock): Route[] {
  const list = createListHandler(table);
  const watch = createWatchHandler(table, clock);
  return [
    {
      method: 'GET',
      path: '/api/v1/serviceaccounts',
      handle: (request) => (isWatch(request.query) ? watch(request) : list(request)),
    },
    {
      method: 'GET',
      path: '/api/v1/namespaces/:namespace/serviceaccounts/:name',
      handle({ params: { namespace = '', name = '' }, accept }) {
        const account = table.get(namespace, name);
        if (account === undefined) return refuse(404, 'NotFound', `serviceaccounts "${name}" not found`);
        return { kind: 'object', status: 200, object: chooseRepresentation(accept).toObject(account) };
      },
    },
  ];
}

function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === '1' || query.get('watch') === 'true';
}
