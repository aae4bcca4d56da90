import { renderDiscovery } from '../../../src/issuer/documents.ts';

/** A discovery document with all that AWS demands. @param jwksUri `/keys` below the issuer where it is not given */
export function toDiscoveryText(issuer: string, jwksUri = `${issuer}/keys`): string {
  return renderDiscovery({ issuer, jwksUri, keys: [ANY_KEY] });
}

/** Of a key, the document has the algorithm. */
const ANY_KEY = { kty: 'RSA', kid: 'any', alg: 'RS256', n: '', e: '' } as const;
