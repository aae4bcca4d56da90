import type { Clock } from '../../base/clock.ts';
import {
  CACHE_CONTROL,
  DISCOVERY_MEDIA_TYPE,
  DISCOVERY_PATH,
  JWKS_MEDIA_TYPE,
  JWKS_PATH,
  renderDiscovery,
  renderJwks,
} from '../../issuer/documents.ts';
import { isRecord } from '../../json/record.ts';
import { createCollectionRoutes } from './collection-routes.ts';
import type { ObjectTable } from './object-table.ts';
import { type Route, refuse } from './route.ts';
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

/** How a node reports on a pod: a merge patch (RFC 7386) of its status, one level deep, which is all that a node sends. */
function createStatusRoute(pods: ObjectTable): Route {
  return {
    method: 'PATCH',
    path: '/api/v1/namespaces/:namespace/pods/:name/status',
    handle({ params: { namespace = '', name = '' }, body }) {
      const pod = pods.get(namespace, name);
      if (pod === undefined) return refuse(404, 'NotFound', `pods "${name}" not found`);
      if (!isRecord(body) || !isRecord(body['status'])) {
        return refuse(400, 'BadRequest', 'the patch has no status');
      }
      const { metadata, status } = body;
      if (isRecord(metadata) && metadata['uid'] !== undefined && metadata['uid'] !== pod.metadata.uid) {
        return refuse(409, 'Conflict', `the UID in the precondition is not that of pod "${name}"`);
      }
      const before = isRecord(pod['status']) ? pod['status'] : {};
      return {
        kind: 'object',
        status: 200,
        object: pods.apply({ ...pod, status: { ...before, ...status } }),
      };
    },
  };
}

/** What an API server says of itself as an issuer, in its own two documents. */
function createIssuerRoutes(tokens: TokenIssuer): Route[] {
  const { issuer } = tokens;
  const publicKeys = () => tokens.keys().map(({ jwk }) => jwk);
  return [
    {
      method: 'GET',
      path: DISCOVERY_PATH,
      handle: () => ({
        kind: 'document',
        text: renderDiscovery({ issuer, jwksUri: issuer + JWKS_PATH, keys: publicKeys() }),
        mediaType: DISCOVERY_MEDIA_TYPE,
        cacheControl: CACHE_CONTROL,
      }),
    },
    {
      method: 'GET',
      path: JWKS_PATH,
      handle: () => ({
        kind: 'document',
        text: renderJwks(publicKeys()),
        mediaType: JWKS_MEDIA_TYPE,
        cacheControl: CACHE_CONTROL,
      }),
    },
  ];
}
