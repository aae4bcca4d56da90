import type { Clock } from '../../base/clock.ts';
import { createCollectionRoutes } from './collection-routes.ts';
import { createIssuerRoutes } from './issuer-routes.ts';
import type { ObjectTable } from './object-table.ts';
import type { Route } from './route.ts';
import { createStatusRoute } from './status-route.ts';
import type { TokenIssuer } from './token-issuer.ts';
import { createTokenRoute } from './token-route.ts';

export interface ClusterState {
  readonly accounts: ObjectTable;
  readonly pods: ObjectTable;
  readonly tokens: TokenIssuer;
}

/** As much of a cluster's API as the webhook, the issuer and a node use. */
export function createClusterRoutes(state: ClusterState, clock: Clock): Route[] {
  const { accounts, pods, tokens } = state;
  return [
    ...createCollectionRoutes('serviceaccounts', accounts, clock),
    ...createCollectionRoutes('pods', pods, clock),
    createStatusRoute(pods),
    createTokenRoute(state),
    ...createIssuerRoutes(tokens),
  ];
}
