import {
  CACHE_CONTROL,
  DISCOVERY_MEDIA_TYPE,
  DISCOVERY_PATH,
  JWKS_MEDIA_TYPE,
  JWKS_PATH,
  renderDiscovery,
  renderJwks,
} from '../../issuer/documents.ts';
import type { Route } from './route.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** What an API server says of itself as an issuer, in its own two documents. */
export function createIssuerRoutes(tokens: TokenIssuer): Route[] {
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
